import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { DashboardData } from '@mnemoscope/recorder'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { EpisodeDetail } from '../../packages/recorder/src/episodes/detail.js'
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

  test('history keeps every episode when new alerts come', () =>
    withPage('/', {}, async (page) => {
      const rows = page.locator('#history tbody tr')
      await page.locator('#history-more').click()
      await rows.nth(39).waitFor()
      await recorder.query(
        `INSERT INTO alert_episodes (cluster, fingerprint, alertname, severity, starts_at, ends_at, closed_at, closed_how, summary, labels, annotations)
         SELECT 'default', 'new' || n, 'New', 'info', now(), now(), now(), 'resolved', 'new', '{}', '{}' FROM generate_series(1, 3) AS n`,
      )
      // The transition that comes with an episode is what listeners hear of.
      await recorder.query(
        `INSERT INTO alert_transitions (episode_id, kind, at, via, detail) SELECT max(id), 'closed', now(), 'webhook', '{}' FROM alert_episodes`,
      )
      await rows.filter({ hasText: 'new' }).nth(2).waitFor()
      const { episodes } = await answerOf<{ episodes: { id: number }[] }>('/api/episodes?limit=40')
      const ids = await rows.evaluateAll((all) => all.map((row) => Number(row.getAttribute('data-episode'))))
      expect(ids).toEqual(episodes.map(({ id }) => id))
      await recorder.query(`DELETE FROM alert_episodes WHERE alertname = 'New'`)
    }))

  test('an alert shows every change that the API has of the six hours before, and the likely cause', async () => {
    const [episode] = await recorder.query<{ id: string; starts_at: Date }>(
      `SELECT id, starts_at FROM alert_episodes WHERE ends_at IS NULL
       ORDER BY array_position(ARRAY['critical', 'error', 'warning'], severity) LIMIT 1`,
    )
    const hoursBefore = (hours: number) => new Date(Number(episode?.starts_at) - hours * 3_600_000)
    await recorder.query(
      `INSERT INTO config_changes (at, by, source, sha256, previous_sha256, differences, restarts, config)
       VALUES ($1, 'ada', 'file', 'b', 'a', $2, '[]', '{}'), ($3, 'grace', 'api', 'c', 'b', $4, '[]', '{}')`,
      [
        hoursBefore(5.5),
        JSON.stringify([{ path: 'kpis.f1_score.thresholds.warning', before: 0.85, after: 0.8 }]),
        hoursBefore(2.25),
        JSON.stringify([{ path: 'kpis.latency.window', before: '5m', after: '10m' }]),
      ],
    )
    await recorder.query(
      `INSERT INTO deployments (at, service, version, previous_version, source, by)
       VALUES ($1, 'memory', '1.4.0', '1.3.9', 'api', 'ci')`,
      [hoursBefore(3)],
    )
    await recorder.query(
      `UPDATE snapshot_instants SET rows = 0, gap = 'prometheus_has_no_data' WHERE at = to_timestamp($1)`,
      [newest - 1_800],
    )
    await withPage('/', {}, async (page) => {
      const { before } = await answerOf<EpisodeDetail>(`/api/episodes/${episode?.id}`)
      const { moved, config_changes, deployments, alerts, gaps } = before
      expect([config_changes, deployments].map(({ length }) => length)).toEqual([2, 1])
      expect(gaps.map(({ reason }) => reason)).toContain('prometheus_has_no_data')
      const card = page.locator(`.alert[data-episode="${episode?.id}"]`)
      const items = card.locator('.changes > li')
      await items.first().waitFor()
      const texts = await items.allTextContents()
      expect(texts).toHaveLength([moved, config_changes, deployments, alerts, gaps].flat().length)
      for (const pattern of [
        /^Configuration changed 2 h 15 min before, at .* by gracekpis\.latency\.window "5m" → "10m"$/,
        /^Configuration changed 5 h 30 min before, at .* by adakpis\.f1_score\.thresholds\.warning 0\.85 → 0\.8$/,
        /^memory deployed 3 h before, at .* by ci: version 1\.3\.9 → 1\.4\.0$/,
        /^No snapshots: .*Prometheus has no data of that time$/,
      ])
        expect(texts).toContainEqual(expect.stringMatching(pattern))
      expect(await card.locator('.cause').textContent()).toMatch(
        /^Possible cause: configuration changed 2 h 15 min before, at .* by grace: kpis\.latency\.window$/,
      )
      await keepScreenshot(page, 'changed-before')
    })
    await recorder.query(`DELETE FROM config_changes WHERE by IN ('ada', 'grace')`)
    await recorder.query('DELETE FROM deployments')
    await recorder.query('UPDATE snapshot_instants SET rows = 28, gap = NULL WHERE at = to_timestamp($1)', [
      newest - 1_800,
    ])
  })

  test('an alert shows the milder levels beside it, and the values of a KPI that is configured no longer', async () => {
    const insert = (alertname: string, severity: string, kpi: string, context: string | null) =>
      recorder.query(
        `INSERT INTO alert_episodes (cluster, fingerprint, alertname, severity, kpi, service, model, context_size, starts_at,
           value, peak_value, threshold, summary, labels, annotations)
         VALUES ('default', $1, $1, $2, $3, 'memory', 'model-0003', $4, now(), 3.125, 3.5, 3, '', '{}', '{}')`,
        [alertname, severity, kpi, context],
      )
    await insert('MildLatency', 'warning', 'latency', '8192')
    await insert('BadLatency', 'critical', 'latency', '8192')
    await insert('OldKpi', 'error', 'citations', null)
    await withPage('/', {}, async (page) => {
      const { open_alerts } = await answerOf<DashboardData>('/api/dashboard')
      expect(await page.locator('.alert').count()).toBe(open_alerts.length - 1)
      const latency = page.locator('.alert', { hasText: 'Latency of model-0003' })
      expect(await latency.locator('.milder').textContent()).toMatch(/^Also firing: warning since /)
      const old = page.locator('.alert', { hasText: 'citations of model-0003' })
      expect(await old.locator('.figures data').allTextContents()).toEqual(['3.5', '3.13'])
      const row = page.locator('#history tr', { hasText: 'citations of model-0003' })
      for (const place of [old, row]) expect(await place.textContent()).not.toContain('0k')
    })
    await recorder.query(
      `DELETE FROM alert_episodes WHERE alertname IN ('MildLatency', 'BadLatency', 'OldKpi')`,
    )
  })

  test('a value near its threshold is shown on its own side of it', async () => {
    const set = async (value: number) =>
      recorder.query(
        `UPDATE snapshots SET value = $1 FROM series
         WHERE series.id = series_id AND model = 'model-0002' AND kpi = 'f1_score' AND at = to_timestamp($2)`,
        [value, newest],
      )
    const [stored] = await recorder.query<{ value: number }>(
      `SELECT value FROM snapshots JOIN series ON series.id = series_id
       WHERE model = 'model-0002' AND kpi = 'f1_score' AND at = to_timestamp($1)`,
      [newest],
    )
    await set(0.8004)
    // A window of its own: the recorder remembers the others until the next snapshot.
    await withPage('/?hours=23', {}, async (page) => {
      const cell = page.locator('#newest tr', { hasText: 'model-0002' }).locator('[data-column="F1 score"]')
      expect(await cell.textContent()).toBe('0.8004warning ≤ 0.8')
    })
    await set(stored?.value ?? Number.NaN)
  })

  test('the means of a single model are shown too', () =>
    withPage('/?model=model-0002', {}, async (page) => {
      const { model_performance } = await answerOf<DashboardData>('/api/dashboard?model=model-0002')
      const shown = await page
        .locator('#comparison tbody td data')
        .evaluateAll((all) => all.map((node) => Number(node.getAttribute('value'))))
      expect(shown).toHaveLength(8)
      expect(shown.toSorted()).toEqual(Object.values(model_performance['model-0002'] ?? {}).toSorted())
    }))

  test('a gap and the configuration are there', () =>
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

  test('an answer that is an error is not called silence', () =>
    withPage('about:blank', {}, async (page) => {
      await page.goto(`${recorder.url}/?model=${'x'.repeat(600)}`)
      const notice = page.locator('#connection-notice', { hasText: 'answered with an error' })
      await notice.waitFor()
      expect(await notice.textContent()).toMatch(
        /^The recorder answered with an error: query parameter model: .* Correct the parameter\./,
      )
      expect(await notice.textContent()).not.toContain('does not answer')
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

  async function answerOf<Answer>(path: string): Promise<Answer> {
    return (await (await fetch(`${recorder.url}${path}`)).json()) as Answer
  }

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
