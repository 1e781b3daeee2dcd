import { expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { keepPicture, seriousViolations } from './browser.js'
import { describeSeeded, isWiderThanScreen, statusOf } from './seeded-page.js'

interface Incident {
  readonly id: number
  readonly title: string
  readonly state: string
  readonly people: readonly string[]
  readonly alerts: number
}

interface Detail extends Incident {
  readonly episodes: readonly { readonly id: number }[]
  readonly timeline: readonly { readonly kind: string; readonly what: string; readonly by: string | null }[]
}

/** Waits until the page shows an entry of the timeline. */
const entry = (page: Page, text: string) => page.locator('#timeline li', { hasText: text }).first().waitFor()

describeSeeded('incidents on the page, over two hours of stored history', (seeded) => {
  const all = async () => (await seeded.answerOf<{ incidents: Incident[] }>('/api/incidents')).incidents
  const detailOf = (id: number) => seeded.answerOf<Detail>(`/api/incidents/${id}`)

  test('stand above the alerts, and lead to one by itself with its timeline', () =>
    seeded.withPage('/', {}, async (page) => {
      const incidents = await all()
      expect(incidents.length).toBeGreaterThan(0)
      const card = page.locator('#incidents-list > li').first()
      const id = Number(await card.getAttribute('data-id'))
      const own = incidents.find((each) => each.id === id)
      expect(await card.textContent()).toContain(own?.title)
      expect(await card.textContent()).toContain(own?.state)
      const [top, below] = await Promise.all(
        ['#incidents', '#firing'].map(async (place) => (await page.locator(place).boundingBox())?.y ?? 0),
      )
      expect(top).toBeLessThan(below as number)
      await card.locator('h3 a').focus()
      await page.keyboard.press('Enter')
      await page.locator('#timeline li').first().waitFor()
      expect(new URL(page.url()).searchParams.get('incident')).toBe(String(id))
      const detail = await detailOf(id)
      const shown = await page.locator('#timeline li').allTextContents()
      expect(shown).toHaveLength(Math.min(20, detail.timeline.length))
      expect(shown[0]).toContain(detail.timeline.at(-1)?.what)
      const draft = page.locator('#one-incident a', { hasText: 'Post-mortem draft' })
      const answer = await page.request.get(
        new URL((await draft.getAttribute('href')) ?? '', page.url()).href,
      )
      expect(answer.headers()['content-type']).toContain('text/markdown')
      expect(await answer.text()).toContain(`# Incident ${id}: `)
      expect(await seriousViolations(page)).toEqual([])
      keepPicture(await page.locator('#one-incident').screenshot(), 'incident')
      await page.locator('#one-incident-close a').click()
      await page.locator('#one-incident').waitFor({ state: 'hidden' })
    }))

  test('people comment, acknowledge, split, merge and rename them by keyboard', async () => {
    const [incident] = (await all()).filter(({ alerts }) => alerts > 2)
    if (incident === undefined) throw new Error('no incident has three alerts')
    const { id } = incident
    await seeded.withPage(`/?incident=${id}`, {}, async (page) => {
      await page.locator('#timeline li').first().waitFor()
      if (!seeded.mayAcknowledge) {
        for (const part of ['comment', 'parts', 'merge', 'split', 'rename'])
          expect(await page.locator(`#incident-${part}`).isVisible()).toBe(false)
        expect(await page.locator('#one-incident .instead-of-acknowledge').isVisible()).toBe(true)
        for (const [what, body] of Object.entries({
          acknowledge: {},
          comments: { comment: 'x' },
          title: { title: 'x' },
          merge: { incident: id + 1 },
          split: { episodes: [1] },
        }))
          expect([what, await statusOf(page, `api/incidents/${id}/${what}`, { by: 'ada', ...body })]).toEqual(
            [what, 403],
          )
        expect((await all()).find((each) => each.id === id)).toEqual(incident)
        keepPicture(await page.locator('#one-incident').screenshot(), 'incident-read-only')
        return
      }
      await page.locator('#incident-comment [name=by]').fill('ada')
      await page.locator('#incident-comment [name=text]').fill('<b>the index</b> again')
      await page.locator('#incident-comment [name=text]').press('Tab')
      await page.keyboard.press('Enter')
      await entry(page, '<b>the index</b> again')
      await page.locator('#incident-comment button', { hasText: 'Acknowledge' }).click()
      await entry(page, 'Acknowledged')
      await page.locator('#incident-parts summary').press('Enter')
      // Nothing is chosen yet.
      await page.locator('#incident-split button').click()
      await page.locator('#incident-error', { hasText: 'choose the alerts' }).waitFor()
      await page.locator('#incident-alerts input').first().press('Space')
      await page.locator('#incident-split button').click()
      await entry(page, '1 alert split off to incident')
      const part = (await all()).find((each) => each.alerts === 1 && each.id > id)
      const moved = await detailOf(part?.id ?? 0)
      expect((await detailOf(id)).episodes).toHaveLength(incident.alerts - 1)
      await page.locator('#incident-merge select').selectOption(String(part?.id))
      await page.locator('#incident-merge button').click()
      await entry(page, `Incident ${part?.id} became part of ${id}`)
      const detail = await detailOf(id)
      expect(detail.episodes.map((each) => each.id)).toContain(moved.episodes[0]?.id)
      expect(detail.people).toContain('ada')
      await page.locator('#incident-rename input').fill('Index lost')
      await page.locator('#incident-rename button').click()
      await page.locator('#one-incident h3', { hasText: 'Index lost' }).waitFor()
      keepPicture(await page.locator('#one-incident').screenshot(), 'incident-changed')
    })
  })

  test('fit on a phone, also in the dark', async () => {
    const [incident] = await all()
    const phone = { viewport: { width: 360, height: 740 }, colorScheme: 'dark' } as const
    await seeded.withPage(`/?incident=${incident?.id}`, phone, async (page) => {
      await page.locator('#timeline li').first().waitFor()
      if (seeded.mayAcknowledge) await page.locator('#incident-parts summary').click()
      expect(await isWiderThanScreen(page)).toBe(false)
      expect(await page.locator('#incident-merge').isVisible()).toBe(
        seeded.mayAcknowledge && (await all()).length > 1,
      )
      expect(await seriousViolations(page)).toEqual([])
      keepPicture(await page.locator('#one-incident').screenshot(), 'incident-phone-dark')
    })
  })

  test('an incident that is not there says so', () =>
    seeded.withPage('/?incident=999999', {}, async (page) => {
      await page.locator('#one-incident-list', { hasText: 'there is no incident 999999' }).waitFor()
    }))
})
