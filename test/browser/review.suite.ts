import { expect, test } from '@jest/globals'
import type { BrowserContextOptions } from 'playwright-core'
import { keepPicture, keepScreenshot, seriousViolations } from './browser.js'
import { describeSeeded, isWiderThanScreen, statusOf } from './seeded-page.js'

describeSeeded('rating alerts, and the review of all', (seeded) => {
  const ratings = () =>
    seeded.recorder.query(
      'SELECT episode_id::int AS id, rating, by, comment FROM alert_ratings ORDER BY alert_ratings.id',
    )

  test('an alert is rated by who one is, changed, and taken back', () =>
    seeded.withPage('/', {}, async (page) => {
      const card = page.locator('#firing-list .alert').first()
      const id = Number(await card.getAttribute('data-episode'))
      if (!seeded.mayAcknowledge) {
        expect(await card.locator('.rating button').count()).toBe(2)
        expect(await card.locator('.rating button:visible').count()).toBe(0)
        const rating = { by: 'ann', rating: 'noise' }
        expect(await statusOf(page, `api/episodes/${id}/rating`, rating)).toBe(403)
        expect(await ratings()).toEqual([])
        return
      }
      const button = (name: string) => card.locator('.rating').getByRole('button', { name })
      await button('Noise').click()
      // The first time the page asks who it is.
      await page.locator('#acknowledge-by').fill('ann')
      await page.locator('#acknowledge-comment').fill('a probe')
      await page.locator('#acknowledge-send').click()
      await card.locator('.rating [aria-pressed=true]', { hasText: 'Noise' }).waitFor()
      await button('Useful').click()
      await card.locator('.rating [aria-pressed=true]', { hasText: 'Useful' }).waitFor()
      expect(await card.locator('.rating').textContent()).toMatch(/by ann at .* UTC$/)
      await keepScreenshot(page, 'rating')
      await button('Useful').click()
      await card.locator('.rating [aria-pressed=true]').waitFor({ state: 'detached' })
      expect(await ratings()).toEqual([
        { id, rating: 'noise', by: 'ann', comment: 'a probe' },
        { id, rating: 'useful', by: 'ann', comment: null },
        { id, rating: null, by: 'ann', comment: null },
      ])
      await seeded.recorder.query('DELETE FROM alert_ratings')
    }))

  test.each([
    ['review-light', { viewport: { width: 1_280, height: 900 }, timezoneId: 'Europe/Berlin' }],
    ['review-dark', { colorScheme: 'dark', viewport: { width: 1_280, height: 900 }, timezoneId: 'UTC' }],
    ['review-phone', { viewport: { width: 360, height: 740 }, timezoneId: 'UTC' }],
  ] satisfies [string, BrowserContextOptions][])(
    'the review counts what is stored: %s',
    async (name, options) => {
      await seeded.recorder.query(
        `INSERT INTO alert_ratings (episode_id, rating, by)
       SELECT id, CASE WHEN id % 3 = 0 THEN 'noise' ELSE 'useful' END, 'ada' FROM alert_episodes WHERE id <= 30`,
      )
      await seeded.recorder.query(
        `INSERT INTO alert_acknowledgements (episode_id, by, at) SELECT id, 'ada', starts_at + interval '40 s' FROM alert_episodes WHERE id <= 9`,
      )
      await seeded.withPage('/?hours=48', options, async (page) => {
        await page.locator('#review-toggle a').click()
        expect(new URL(page.url()).searchParams.get('review')).toBe('open')
        const all = page.locator('#review tbody tr').first().locator('td')
        await all.first().waitFor()
        // 30 were rated, ten of them as noise; all but two ended after 50 s; nine were acknowledged.
        expect((await all.allTextContents()).slice(0, 6)).toEqual([
          ...['All alerts', '70', '67 % (20 of 30)', 'unknown', '40 s (9)', '50 s (68)'],
        ])
        expect(await all.last().textContent()).toMatch(/^2\d of 70$/)
        const zone = name === 'review-light' ? 'Europe/Berlin' : 'UTC'
        expect(await page.locator('#review').textContent()).toContain(`Days and nights are those of ${zone}`)
        await page.locator('#review h3', { hasText: 'Thresholds never crossed' }).waitFor()
        expect(await isWiderThanScreen(page)).toBe(false)
        expect(await seriousViolations(page)).toEqual([])
        keepPicture(await page.locator('#review').screenshot(), name)
        await page.goBack()
        await page.locator('#review-content').waitFor({ state: 'hidden' })
      })
      await seeded.recorder.query('DELETE FROM alert_ratings')
      await seeded.recorder.query('DELETE FROM alert_acknowledgements')
    },
  )
})
