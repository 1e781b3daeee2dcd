import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { keepPicture, keepScreenshot, seriousViolations } from './browser.js'
import { describeSeeded, isWiderThanScreen } from './seeded-page.js'

const berlin = { timezoneId: 'Europe/Berlin' } as const

describeSeeded('addresses, links, images, local time and search', (seeded) => {
  test('each view has an address that reproduces it, and back and forward work', () =>
    seeded.withPage('/', {}, async (page) => {
      const seen: string[] = []
      const goesTo = async (name: string, value: string) => {
        await page.waitForFunction(
          `new URLSearchParams(location.search).get('${name}')?.startsWith('${value}')`,
        )
        seen.push(await viewOf(page))
      }
      await page.locator('#chart-latency figcaption a').click()
      await goesTo('kpi', 'latency')
      await page.locator('#filter-model').selectOption('model-0002')
      await goesTo('model', 'model-0002')
      await page.locator('#chart-latency .plot').click({ position: { x: 300, y: 100 } })
      await goesTo('point', 'latency@')
      await page.locator('#review-toggle a').click()
      await goesTo('review', 'open')
      await page.locator('#history a[data-alert]').first().click()
      await goesTo('alert', '')
      const last = seen.at(-1) ?? ''
      for (const view of seen.slice(0, -1).toReversed()) {
        await page.goBack()
        expect(await viewOf(page)).toBe(view)
      }
      for (const _ of seen.slice(1)) await page.goForward()
      expect(await viewOf(page)).toBe(last)
      await page.reload()
      await page.locator('#one-alert .alert').waitFor()
      await page.locator('#point-operations h3').waitFor()
      await page.locator('#review tbody tr').first().waitFor()
      expect(await viewOf(page)).toBe(last)
    }))

  test('a chart is shared as a link to the same window, and as an image', () =>
    seeded.withPage('/?hours=1&model=model-0001', {}, async (page) => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      const chart = page.locator('#chart-f1_score')
      await chart.getByRole('button', { name: 'Copy link' }).click()
      await page.locator('#toast', { hasText: 'The link is copied.' }).waitFor()
      const link = new URL(String(await page.evaluate('navigator.clipboard.readText()')))
      const shown = Object.fromEntries(link.searchParams)
      expect(shown).toEqual({
        ...{ model: 'model-0001', kpi: 'f1_score', from: expect.any(String), to: expect.any(String) },
      })
      expect(link.origin).toBe(new URL(seeded.url).origin)
      const lines = (from: Page) => from.locator('#chart-f1_score path.line').count()
      const before = await lines(page)
      keepPicture(await savedImage(page, '#chart-f1_score', 'f1-score.png'), 'shared-chart')
      await page.goto(link.href)
      await page.locator('#chart-f1_score.open svg').waitFor()
      expect(await lines(page)).toBe(before)
    }))

  test.each([
    ['light', {}],
    ['dark', { colorScheme: 'dark' }],
  ] satisfies [string, BrowserContextOptions][])(
    'an alert is shared as a link, and as an image: %s',
    (name, options) =>
      seeded.withPage('/?hours=1&model=model-0001', options, async (page) => {
        await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
        const card = page.locator('#firing-list .alert').first()
        const id = await card.getAttribute('data-episode')
        await card.getByRole('button', { name: 'Copy link' }).click()
        await page.locator('#toast', { hasText: 'The link is copied.' }).waitFor()
        expect(new URL(String(await page.evaluate('navigator.clipboard.readText()'))).search).toBe(
          `?alert=${id}`,
        )
        const image = await savedImage(page, `#firing-list .alert[data-episode="${id}"]`, /^f1-score.*\.png$/)
        keepPicture(image, `shared-alert-${name}`)
      }),
  )

  test('where the browser gives no clipboard, the link is shown', () =>
    seeded.withPage('/', {}, async (page) => {
      await page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
      await page.locator('#chart-latency').getByRole('button', { name: 'Copy link' }).click()
      expect(await page.locator('#share-link').inputValue()).toMatch(/^http.*kpi=latency/)
      await page.keyboard.press('Escape')
      await page.locator('#share').waitFor({ state: 'hidden' })
    }))

  test('times are local on request, labelled everywhere, and stay so', () =>
    seeded.withPage('/', berlin, async (page) => {
      const zones = async () => {
        const times = await page.locator('main time:visible, #newest-note, #trends-note').allTextContents()
        const axes = await page.locator('.chart:visible svg > text').allTextContents()
        return new Set([...times, ...axes].flatMap((text) => /\b(UTC|CES?T|GMT\S*)\b/.exec(text)?.[0] ?? []))
      }
      expect(await zones()).toEqual(new Set(['UTC']))
      await page.locator('#zone-change').click()
      await page.locator('#zone', { hasText: 'Times: Europe/Berlin' }).waitFor()
      await page.locator('html[data-shown]').waitFor({ state: 'attached' })
      expect([...(await zones())].filter((zone) => !/^CES?T$/.test(zone))).toEqual([])
      const time = page.locator('#history time').first()
      const there = new Date((await time.getAttribute('datetime')) ?? '').toLocaleTimeString('en-GB', {
        ...{ timeZone: 'Europe/Berlin', hour: '2-digit', minute: '2-digit' },
      })
      expect(await time.textContent()).toContain(there)
      await keepScreenshot(page, 'local-time')
      await page.reload()
      await page.locator('#zone', { hasText: 'Times: Europe/Berlin' }).waitFor()
      await page.locator('#zone-change').click()
      await page.locator('#zone', { hasText: 'Times: UTC' }).waitFor()
    }))

  test('without another zone there is nothing to choose', () =>
    seeded.withPage('/', { timezoneId: 'UTC' }, async (page) => {
      expect(await page.locator('#zone-change').isHidden()).toBe(true)
    }))

  test.each([
    ['search-light', { viewport: { width: 1_280, height: 900 } }],
    ['search-dark', { colorScheme: 'dark', viewport: { width: 1_280, height: 900 } }],
    ['search-phone', { viewport: { width: 360, height: 740 } }],
  ] satisfies [string, BrowserContextOptions][])(
    'a key searches models, alerts and runbooks: %s',
    (name, options) =>
      seeded.withPage('/', options, async (page) => {
        await page.keyboard.press('/')
        const input = page.getByRole('combobox', { name: 'Search' })
        await page.locator('#search-list [role=option]', { hasText: 'model-0001' }).first().waitFor()
        const kinds = async (text: string, kind: string) => {
          await input.fill(text)
          await page.locator('#search-list .kind', { hasText: kind }).first().waitFor()
        }
        await kinds('f1', 'runbook')
        await kinds('f1 warning', 'alert')
        await input.fill('model-000')
        expect(await seriousViolations(page)).toEqual([])
        expect(await isWiderThanScreen(page)).toBe(false)
        keepPicture(await page.screenshot(), name)
        const chosen = () => page.locator('[role=option][aria-selected=true]')
        const first = await chosen().getAttribute('id')
        await input.press('ArrowDown')
        expect(await chosen().getAttribute('id')).not.toBe(first)
        expect(await input.getAttribute('aria-activedescendant')).toBe(await chosen().getAttribute('id'))
        expect(await chosen().textContent()).toContain('model-0002')
        await input.press('Enter')
        await page.waitForFunction("new URLSearchParams(location.search).get('model') === 'model-0002'")
        // In a field it is a letter.
        await page.keyboard.press('/')
        await input.press('/')
        expect(await input.inputValue()).toBe('/')
        await page.keyboard.press('Escape')
        await page.locator('#search').waitFor({ state: 'hidden' })
      }),
  )
})

/** The page's address, and which chart is open. */
async function viewOf(page: Page): Promise<string> {
  const open = await page.locator('.chart.open').evaluateAll((all) => all.map(({ id }) => id))
  return `${new URL(page.url()).search} | ${open}`
}

/** Saves an image, and looks whether it is one with more than its background. */
async function savedImage(page: Page, of: string, name: string | RegExp): Promise<Buffer> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator(of).getByRole('button', { name: 'Save image' }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(name)
  const bytes = readFileSync(await download.path())
  expect(bytes.subarray(1, 4).toString()).toBe('PNG')
  expect(bytes.readUInt32BE(16)).toBe(1_800)
  // An empty picture of this size takes a few kilobytes.
  expect(bytes.length).toBeGreaterThan(20_000)
  return bytes
}
