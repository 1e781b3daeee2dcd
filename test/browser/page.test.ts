import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { launchChromium } from '../harness/chromium.js'
import { startTogether } from '../harness/started.js'
import { chromium, describeInBrowser, openPage, seriousViolations } from './browser.js'
import { seedEpisodes, seedSnapshots } from './seed.js'
import { type SeededRecorder, startSeededRecorder } from './seeded-recorder.js'

// A real pipeline, a fault and its end: story.suite.ts. Every part of the page: `npm run test:browser`.
describeInBrowser('the page of a recorder with a token', () => {
  let recorder: SeededRecorder
  let browser: Browser

  beforeAll(async () => {
    const newest = Math.floor(Date.now() / 60_000) * 60
    ;[recorder, browser] = await startTogether(
      startSeededRecorder(
        async (client) => {
          await seedSnapshots(client, { newest, intervalSeconds: 60, instants: 5, series: 2 })
          await seedEpisodes(client, { newest, count: 2, open: 2, everySeconds: 100 })
        },
        { token: 'of-my-own' },
      ),
      'missing' in chromium ? Promise.reject(new Error(chromium.missing)) : launchChromium(chromium),
    )
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await recorder?.stop()
  }, 60_000)

  test('shows the newest values and every open alert: which KPI and model, its value, its threshold', async () => {
    const page = await browser.newPage({ extraHTTPHeaders: { authorization: 'Bearer of-my-own' } })
    try {
      const problems = await openPage(page, recorder.url)
      const newest = await recorder.query<{ model: string; value: number }>(
        `SELECT DISTINCT ON (model) model, value FROM snapshots JOIN series ON id = series_id
         WHERE kpi = 'f1_score' ORDER BY model, at DESC`,
      )
      for (const { model, value } of newest) {
        const cell = page.locator('#newest tr', { hasText: model }).locator('[data-column="F1 score"] data')
        expect(Number(await cell.getAttribute('value'))).toBeCloseTo(value)
      }
      const open = await recorder.query<{ model: string; value: number; threshold: number }>(
        'SELECT model, newest_value AS value, threshold FROM alert_episodes WHERE ends_at IS NULL ORDER BY id',
      )
      expect(open).toHaveLength(2)
      for (const { model, value, threshold } of open) {
        const card = await page.locator('.alert', { hasText: model }).textContent()
        expect(card).toContain(`F1 score of ${model}`)
        expect(card).toContain(value.toFixed(3))
        expect(card).toContain(`≤ ${threshold}`)
      }
      expect(problems).toEqual([])
    } finally {
      await page.close()
    }
  })

  test('asks for it before it shows anything, and signs the browser in', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    try {
      const isShown = () => page.locator('html[data-shown]').count()
      const field = page.locator('#sign-in-token')
      await page.goto(recorder.url)
      await field.waitFor({ state: 'visible' })
      expect(await isShown()).toBe(0)
      expect(await seriousViolations(page)).toEqual([])
      await field.fill('of-another')
      await page.locator('#sign-in-send').click()
      await page.locator('#sign-in-error:not(:empty)').waitFor({ state: 'visible' })
      expect(await page.locator('#sign-in-error').textContent()).toContain('does not know it')
      await field.fill('of-my-own')
      await page.locator('#sign-in-send').click()
      await page.locator('html[data-shown]').waitFor({ state: 'attached' })
      expect(await page.locator('#sign-in').isVisible()).toBe(false)

      // Also in another tab, and for what writes.
      const other = await context.newPage()
      const problems = await openPage(other, recorder.url)
      await other.locator('.alert button.quiet').first().click()
      await other.locator('#acknowledge-by').fill('ann')
      await other.locator('#acknowledge-send').click()
      await other.locator('#acknowledge').waitFor({ state: 'hidden' })
      expect(await recorder.query('SELECT by FROM alert_acknowledgements')).toEqual([{ by: 'ann' }])
      expect(problems).toEqual([])
    } finally {
      await context.close()
    }
  })
})
