import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { launchChromium } from '../harness/chromium.js'
import { startTogether } from '../harness/started.js'
import { chromium, describeInBrowser, keepScreenshot, openPage, seriousViolations } from './browser.js'
import { seedEpisodes, seedSnapshots } from './seed.js'
import { type SeededRecorder, startSeededRecorder } from './seeded-recorder.js'
import { numbersInSql, numbersOnPage } from './shown-numbers.js'

describeInBrowser('the page over two hours of stored history', () => {
  /** Newest instant, Unix seconds. */
  let newest: number
  let recorder: SeededRecorder
  let browser: Browser

  beforeAll(async () => {
    ;[recorder, browser] = await startTogether(
      startSeededRecorder(async (client) => {
        newest = Math.floor(Date.now() / 60_000) * 60
        await seedSnapshots(client, { newest, intervalSeconds: 60, instants: 120, series: 4 })
        await seedEpisodes(client, { newest, count: 70, open: 2, everySeconds: 100 })
        await client.query(
          `UPDATE snapshot_instants SET rows = 0, gap = 'prometheus_not_scraping' WHERE at = to_timestamp($1)`,
          [newest - 3_600],
        )
      }),
      'missing' in chromium ? Promise.reject(new Error(chromium.missing)) : launchChromium(chromium),
    )
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await recorder?.stop()
  }, 60_000)

  test('every number agrees with one SQL query for it', () =>
    withPage('/', {}, async (page) => {
      const shown = await numbersOnPage(page)
      expect(shown).toEqual(await numbersInSql(recorder, newest))
      expect(Object.keys(shown.status)).toHaveLength(4 * 7)
    }))

  // Among the first: what was stored is the newest for some three minutes.
  test('time window and model are in the address, and back leads back', () =>
    withPage('/', {}, async (page) => {
      await page.locator('#windows a', { hasText: '1 h' }).click()
      await page.locator('#filter-model').selectOption('model-0002')
      await page.waitForURL(/\?hours=1&model=model-0002$/)
      await page.locator('#legend li').nth(1).waitFor({ state: 'detached' })
      expect(await page.locator('#newest tbody tr').count()).toBe(1)
      await page.reload()
      await page.locator('html[data-shown]').waitFor({ state: 'attached' })
      await page.locator('#windows a[aria-current]', { hasText: '1 h' }).waitFor()
      expect(await page.locator('#filter-model').inputValue()).toBe('model-0002')
      await page.goBack()
      await page.locator('#newest tbody tr >> nth=3').waitFor()
    }))

  test('alerts lead to their runbook, and to the dashboard where that is Grafana’s', () =>
    withPage('/', {}, async (page) => {
      const linksOf = (place: string, model: string) =>
        page
          .locator(place, { has: page.locator('h3, td', { hasText: `F1 score of ${model}` }) })
          .first()
          .locator('a[href^=http]')
          .evaluateAll((all) => all.map((link) => [link.textContent, link.getAttribute('href')]))
      const runbook = ['Runbook', 'https://example.org/f1-score.md']
      const dashboard = ['Dashboard', 'https://grafana.example/d/mnemoscope-kpi-f1_score?var-model=x']
      expect(await linksOf('.alert', 'model-0001')).toEqual([runbook, dashboard])
      expect(await linksOf('.alert', 'model-0002')).toEqual([runbook])
      expect(await linksOf('#history tr', 'model-0001')).toEqual([runbook, dashboard])
    }))

  test('history shows the newest episodes, and older ones on demand', () =>
    withPage('/', {}, async (page) => {
      const rows = page.locator('#history tbody tr')
      expect(await rows.count()).toBe(20)
      for (const last of [39, 59, 69]) {
        await page.locator('#history-more').click()
        await page.locator(`#history tbody tr >> nth=${last}`).waitFor()
      }
      expect(await rows.count()).toBe(70)
      expect(await page.locator('#history-more').isHidden()).toBe(true)
      const ids = await rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-episode')))
      expect(new Set(ids).size).toBe(70)
    }))

  test('a gap and the configuration in force are there', () =>
    withPage('/', {}, async (page) => {
      expect(await page.locator('#gaps-list').textContent()).toMatch(/1 snapshot.*Prometheus scraped nothing/)
      expect(await page.locator('#config-list').textContent()).toMatch(
        /F1 score.*mean.*5m.*≤ 0\.8.*≤ 0\.75.*≤ 0\.7/,
      )
    }))

  test('a refused configuration is announced above everything else until it is fixed', () =>
    withPage('about:blank', {}, async (page) => {
      recorder.problem = {
        at: new Date('2026-01-02T03:04:05Z'),
        code: 'CONFIG_INVALID',
        message: 'kpis.latency.thresholds.error: 10: above warning (12)',
        next: 'Correct the configuration.',
      }
      await openPage(page, recorder.url)
      const notice = page.locator('#config-notice')
      expect(await notice.textContent()).toMatch(
        /not applied, found at 2 Jan 03:04 UTC: kpis\.latency\.thresholds\.error.*Correct the configuration/,
      )
      await notice.locator('a').click()
      expect(new URL(page.url()).hash).toBe('#configuration')
      expect(await seriousViolations(page)).toEqual([])
      recorder.problem = undefined
      await notice.waitFor({ state: 'hidden' })
    }))

  test('a word that is longer than its card is broken', () =>
    withPage('about:blank', { viewport: { width: 360, height: 740 } }, async (page) => {
      await recorder.query(
        `INSERT INTO alert_episodes (cluster, fingerprint, alertname, severity, starts_at, summary, labels, annotations)
         VALUES ('default', 'fedcba', 'LongWord', 'info', now(), $1, '{}', jsonb_build_object('description', $1::text))`,
        ['0c8db678a83640a5'.repeat(8)],
      )
      await openPage(page, recorder.url)
      const cards = page.locator('.alert')
      await cards.filter({ hasText: '0c8db678' }).waitFor()
      expect(
        await cards.evaluateAll((all) => all.filter((card) => card.scrollWidth > card.clientWidth).length),
      ).toBe(0)
      expect(await isWiderThanScreen(page)).toBe(false)
      await recorder.query(`DELETE FROM alert_episodes WHERE alertname = 'LongWord'`)
    }))

  test('a stretch marked in a chart becomes the window, with finer steps', () =>
    withPage('/', {}, async (page) => {
      await page.locator('#chart-latency').scrollIntoViewIfNeeded()
      const over = await page.locator('#chart-latency .u-over').boundingBox()
      if (over === null) throw new Error('no chart')
      await page.mouse.move(over.x + over.width * 0.4, over.y + 40)
      await page.mouse.down()
      await page.mouse.move(over.x + over.width * 0.7, over.y + 60, { steps: 4 })
      await page.mouse.up()
      await page.waitForURL(/from=.+&to=/)
      expect(await page.locator('#window-custom').textContent()).toMatch(/\d\d:\d\d.* to .*UTC/)
    }))

  test('charts are read by keyboard, step by step, aloud', () =>
    withPage('/', {}, async (page) => {
      await page.locator('#chart-f1_score .plot').focus()
      await page.keyboard.press('End')
      await page.keyboard.press('ArrowLeft')
      const said = page.locator('#chart-announcement', { hasText: 'UTC. model-0001' })
      await said.waitFor({ state: 'attached' })
      expect(await page.locator('#chart-f1_score .reading').textContent()).toMatch(
        /UTC.*model-0001.*0\.\d{3}/,
      )
    }))

  test.each([
    ['light', { colorScheme: 'light', viewport: { width: 1_280, height: 900 } }],
    ['dark', { colorScheme: 'dark', viewport: { width: 1_280, height: 900 } }],
    ['narrow', { colorScheme: 'light', viewport: { width: 360, height: 740 } }],
  ] satisfies [string, BrowserContextOptions][])(
    'axe finds nothing serious, and nothing sticks out to the side: %s',
    (name, options) =>
      withPage('/', options, async (page) => {
        expect(await seriousViolations(page)).toEqual([])
        expect(await isWiderThanScreen(page)).toBe(false)
        await keepScreenshot(page, name)
      }),
  )

  test('a 4K screen is used without sticking out to the side', () =>
    withPage('/', { viewport: { width: 3_840, height: 2_160 } }, async (page) => {
      expect(await isWiderThanScreen(page)).toBe(false)
      await keepScreenshot(page, '4k')
    }))

  test('dark mode follows the system, at once', () =>
    withPage('/', { colorScheme: 'light' }, async (page) => {
      const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
      const light = await background()
      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await background()).not.toBe(light)
    }))

  test('everything the page is made of is less than 100 kB over the wire', () =>
    withPage('about:blank', {}, async (page) => {
      const session = await page.context().newCDPSession(page)
      await session.send('Network.enable')
      const own = new Map<string, string>()
      let bytes = 0
      session.on('Network.responseReceived', ({ requestId, response: { url } }) => {
        if (!new URL(url).pathname.startsWith('/api/')) own.set(requestId, url)
      })
      session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
        if (own.has(requestId)) bytes += encodedDataLength
      })
      await openPage(page, recorder.url)
      expect(own.size).toBeGreaterThan(20)
      expect(bytes).toBeGreaterThan(10_000)
      expect(bytes).toBeLessThan(100_000)
    }))

  test(
    'the page says that the recorder is away, and goes on by itself when it is back',
    () =>
      withPage('/', {}, async (page) => {
        await page.locator('#connection', { hasText: 'Live' }).waitFor()
        await page.evaluate('globalThis.neverReloaded = true')
        await recorder.stopRecorder()
        await page.locator('#connection-notice', { hasText: 'does not answer' }).waitFor()
        await page.locator('#connection', { hasText: 'Reconnecting' }).waitFor()
        await recorder.query(
          `INSERT INTO alert_episodes (cluster, fingerprint, alertname, severity, kpi, service, model, context_size,
           starts_at, threshold, summary, labels, annotations)
         SELECT 'default', 'abcdef', 'WhileAway', 'error', 'latency', service, model, context_size, now(), 10,
           'while away', '{}', '{}' FROM series WHERE id = 2`,
        )
        await recorder.startAgain()
        await page.locator('.alert', { hasText: 'Latency of model-0002' }).waitFor()
        await page.locator('#connection', { hasText: 'Live' }).waitFor()
        expect(await page.locator('#connection-notice').isHidden()).toBe(true)
        expect(await page.evaluate('globalThis.neverReloaded')).toBe(true)
        await recorder.query(`DELETE FROM alert_episodes WHERE alertname = 'WhileAway'`)
      }),
    60_000,
  )

  function isWiderThanScreen(page: Page): Promise<unknown> {
    return page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')
  }

  async function withPage(
    path: string,
    options: BrowserContextOptions,
    work: (page: Page) => Promise<void>,
  ): Promise<void> {
    const context = await browser.newContext({ viewport: { width: 1_280, height: 900 }, ...options })
    try {
      const page = await context.newPage()
      const problems = path.startsWith('/') ? await openPage(page, `${recorder.url}${path}`) : []
      await work(page)
      expect(problems).toEqual([])
    } finally {
      await context.close()
    }
  }
})
