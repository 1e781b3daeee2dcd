import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../harness/chromium.js'
import { startTogether } from '../harness/started.js'
import { chromium, describeInBrowser, openPage, seriousViolations } from './browser.js'
import { seedEpisodes, seedSnapshots } from './seed.js'
import { type SeededRecorder, startSeededRecorder } from './seeded-recorder.js'

jest.setTimeout(60_000)

const series = 2

/** Nothing listens where Prometheus should be, so what a test stores is all there is. */
describeInBrowser('the page while nothing is known', () => {
  let recorder: SeededRecorder
  let browser: Browser

  beforeAll(async () => {
    ;[recorder, browser] = await startTogether(
      startSeededRecorder(async () => {}),
      'missing' in chromium ? Promise.reject(new Error(chromium.missing)) : launchChromium(chromium),
    )
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await recorder?.stop()
  }, 60_000)

  test('a first run is guided, and axe finds nothing serious', () =>
    withPage('/', async (page) => {
      await page.locator('#guide').waitFor()
      expect(await statusOf(page)).toBe('Waiting for data')
      expect(await page.locator('#guide-steps').textContent()).toMatch(/✓ Postgres.*○ Prometheus answers: /)
      expect(await seriousViolations(page)).toEqual([])
    }))

  test('snapshots that stopped are no good news: since when, why and where to look', async () => {
    const newest = Math.floor(Date.now() / 60_000) * 60 - 1_200
    await recorder.seed((client) =>
      seedSnapshots(client, { newest, intervalSeconds: 60, instants: 20, series }),
    )
    // The first series is seeded beyond its threshold.
    await recorder.query('UPDATE snapshots SET value = 0.95 WHERE kpi = $1', ['f1_score'])
    const at = new Date(newest * 1_000).toISOString().slice(11, 16)
    // The second window is shorter than the outage.
    for (const path of ['/', '/?hours=0.25']) {
      await withPage(path, async (page) => {
        expect(await statusOf(page)).toMatch(
          new RegExp(`^No data since .*${at}.* UTC\\. Prometheus: .+ Readiness$`),
        )
        expect(await statusClass(page)).toBe('overall-status level-other')
        expect(await page.locator('#announcement').textContent()).toMatch(/^No data\./)
        expect(await page.locator('#guide').isHidden()).toBe(true)
        expect(await seriousViolations(page)).toEqual([])
      })
    }
  })

  test('a window of the past is judged by its own end', () => {
    const iso = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
    return withPage(`/?from=${iso(35)}&to=${iso(22)}`, async (page) => {
      expect(await statusOf(page)).toBe('All KPIs within their thresholds')
      expect(await statusClass(page)).toBe('overall-status level-ok')
      // Something may fire now, or for what is not shown.
      expect(await page.locator('#firing-none').textContent()).toBe('Nothing is firing in this selection.')
    })
  })

  test('all is well only while the recorder answers', async () => {
    const newest = Math.floor(Date.now() / 60_000) * 60
    await recorder.query(
      'INSERT INTO snapshots (at, series_id, kpi, value, samples) SELECT to_timestamp($1), id, $2, 0.95, 40 FROM series',
      [newest, 'f1_score'],
    )
    await recorder.query('INSERT INTO snapshot_instants (at, rows) VALUES (to_timestamp($1), $2)', [
      newest,
      series,
    ])
    await withPage('/', async (page) => {
      expect(await statusOf(page)).toBe('All KPIs within their thresholds')
      await recorder.stopRecorder()
      await page.locator('#overall-status.level-other', { hasText: 'The recorder does not answer' }).waitFor()
      expect(await seriousViolations(page)).toEqual([])
      await recorder.startAgain()
      await page.locator('#overall-status.level-ok').waitFor()
    })
  })

  test('an alert comes first, and nothing being known beside it', async () => {
    await recorder.query('DELETE FROM snapshots WHERE at > now() - $1::interval', ['15 minutes'])
    await recorder.query('DELETE FROM snapshot_instants WHERE at > now() - $1::interval', ['15 minutes'])
    const newest = Math.floor(Date.now() / 60_000) * 60
    await recorder.seed((client) => seedEpisodes(client, { newest, count: 3, open: 1, everySeconds: 120 }))
    await withPage('/', async (page) => {
      expect(await statusOf(page)).toMatch(/F1 score of model-0001.* for .*\. No data since /)
    })
  })

  test('axe finds nothing serious in the open dialog, and in what is behind an alert', () =>
    withPage('/', async (page) => {
      const card = page.locator('.alert').first()
      const before = card.locator('details.of-alert')
      for (const each of await before.all())
        if ((await each.getAttribute('open')) === null) await each.locator('summary').click()
      await before.first().getByText('Looking').waitFor({ state: 'detached' })
      expect(await seriousViolations(page)).toEqual([])
      await card.getByRole('button', { name: /acknowledge/i }).click()
      await page.locator('#acknowledge[open]').waitFor()
      expect(await seriousViolations(page)).toEqual([])
    }))

  async function statusOf(page: Page): Promise<string> {
    return (await page.locator('#overall-status').textContent()) ?? ''
  }

  async function statusClass(page: Page): Promise<string | null> {
    return page.locator('#overall-status').getAttribute('class')
  }

  async function withPage(path: string, work: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext({ viewport: { width: 1_280, height: 900 } })
    try {
      const page = await context.newPage()
      const problems = await openPage(page, `${recorder.url}${path}`)
      await work(page)
      expect(problems).toEqual([])
    } finally {
      await context.close()
    }
  }
})
