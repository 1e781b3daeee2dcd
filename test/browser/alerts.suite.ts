import { expect, test } from '@jest/globals'
import type { DashboardData } from '@mnemoscope/recorder'
import type { EpisodeDetail } from '../../packages/recorder/src/episodes/detail.js'
import type { Behind } from '../../packages/recorder/src/operations/behind.js'
import { f1, record, sendLogs } from '../../packages/recorder/test/measurements/otlp-logs.js'
import { keepScreenshot } from './browser.js'
import { describeSeeded, isWiderThanScreen } from './seeded-page.js'

describeSeeded('alerts on the page, over two hours of stored history', (seeded) => {
  test('alerts lead to their runbook, and to the dashboard where that is Grafana’s', () =>
    seeded.withPage('/', {}, async (page) => {
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
    seeded.withPage('/', {}, async (page) => {
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
    seeded.withPage('/', {}, async (page) => {
      const rows = page.locator('#history tbody tr')
      await page.locator('#history-more').click()
      await rows.nth(39).waitFor()
      await seeded.recorder.query(
        `INSERT INTO alert_episodes (cluster, fingerprint, alertname, severity, starts_at, ends_at, closed_at, closed_how, summary, labels, annotations)
         SELECT 'default', 'new' || n, 'New', 'info', now(), now(), now(), 'resolved', 'new', '{}', '{}' FROM generate_series(1, 3) AS n`,
      )
      // The transition that comes with an episode is what listeners hear of.
      await seeded.recorder.query(
        `INSERT INTO alert_transitions (episode_id, kind, at, via, detail) SELECT max(id), 'closed', now(), 'webhook', '{}' FROM alert_episodes`,
      )
      await rows.filter({ hasText: 'new' }).nth(2).waitFor()
      const { episodes } = await seeded.answerOf<{ episodes: { id: number }[] }>('/api/episodes?limit=40')
      const ids = await rows.evaluateAll((all) => all.map((row) => Number(row.getAttribute('data-episode'))))
      expect(ids).toEqual(episodes.map(({ id }) => id))
      await seeded.recorder.query(`DELETE FROM alert_episodes WHERE alertname = 'New'`)
    }))

  test('an alert shows every change that the API has of the six hours before, and the likely cause', async () => {
    const [episode] = await seeded.recorder.query<{ id: string; starts_at: Date }>(
      `SELECT id, starts_at FROM alert_episodes WHERE ends_at IS NULL
       ORDER BY array_position(ARRAY['critical', 'error', 'warning'], severity) LIMIT 1`,
    )
    const hoursBefore = (hours: number) => new Date(Number(episode?.starts_at) - hours * 3_600_000)
    await seeded.recorder.query(
      `INSERT INTO config_changes (at, by, source, sha256, previous_sha256, summary, differences, restarts, config)
       VALUES ($1, 'ada', 'file', 'b', 'a', '{F1 score: warning threshold 0.85 → 0.8}', $2, '[]', '{}'), ($3, 'grace', 'api', 'c', 'b', '{Latency: expiry 75m → 10m}', $4, '[]', '{}')`,
      [
        hoursBefore(5.5),
        JSON.stringify([{ path: 'kpis.f1_score.thresholds.warning', before: 0.85, after: 0.8 }]),
        hoursBefore(2.25),
        JSON.stringify([{ path: 'kpis.latency.expiry', before: '75m', after: '10m' }]),
      ],
    )
    await seeded.recorder.query(
      `INSERT INTO deployments (at, service, version, previous_version, source, by)
       VALUES ($1, 'memory', '1.4.0', '1.3.9', 'api', 'ci')`,
      [hoursBefore(3)],
    )
    await seeded.recorder.query(
      `UPDATE snapshot_instants SET rows = 0, gap = 'prometheus_has_no_data' WHERE at = to_timestamp($1)`,
      [seeded.newest - 1_800],
    )
    await seeded.withPage('/', {}, async (page) => {
      const { before } = await seeded.answerOf<EpisodeDetail>(`/api/episodes/${episode?.id}`)
      const { moved, config_changes, deployments, alerts, gaps } = before
      expect([config_changes, deployments].map(({ length }) => length)).toEqual([2, 1])
      expect(gaps.map(({ reason }) => reason)).toContain('prometheus_has_no_data')
      const card = page.locator(`.alert[data-episode="${episode?.id}"]`)
      const items = card.locator('details', { hasText: 'What changed before' }).locator('.changes > li')
      await items.first().waitFor()
      const texts = await items.allTextContents()
      expect(texts).toHaveLength([moved, config_changes, deployments, alerts, gaps].flat().length)
      for (const pattern of [
        /^Configuration changed 2 h 15 min before, at .* by grace: Latency: expiry 75m → 10m1 settingkpis\.latency\.expiry "75m" → "10m"$/,
        /^Configuration changed 5 h 30 min before, at .* by ada: F1 score: warning threshold 0\.85 → 0\.81 settingkpis\.f1_score\.thresholds\.warning 0\.85 → 0\.8$/,
        /^memory deployed 3 h before, at .* by ci: version 1\.3\.9 → 1\.4\.0$/,
        /^No snapshots: .*Prometheus has no data of that time$/,
      ])
        expect(texts).toContainEqual(expect.stringMatching(pattern))
      expect(await card.locator('.cause').textContent()).toMatch(
        /^Possible cause: configuration changed by grace: Latency: expiry 75m → 10m, 2 h 15 min before, at .* UTC$/,
      )
      await keepScreenshot(page, 'changed-before')
    })
    await seeded.recorder.query(`DELETE FROM config_changes WHERE by IN ('ada', 'grace')`)
    await seeded.recorder.query('DELETE FROM deployments')
    await seeded.recorder.query(
      'UPDATE snapshot_instants SET rows = 28, gap = NULL WHERE at = to_timestamp($1)',
      [seeded.newest - 1_800],
    )
  })

  test('two clicks lead from the first screen to the trace of the worst operation, past what differs', async () => {
    const [episode] = await seeded.recorder.query<{
      id: string
      starts_at: Date
      model: string
      context_size: string
    }>(
      `SELECT id, starts_at, model, context_size FROM alert_episodes WHERE ends_at IS NULL ORDER BY id LIMIT 1`,
    )
    if (episode === undefined) throw new Error('no alert fires')
    const measured = (value: number, tenant: string, i: number) => ({
      ...record(
        f1(value, {
          'mnemoscope.model': episode.model,
          'mnemoscope.context_size': episode.context_size,
          'mnemoscope.operation': 'search',
          tenant,
        }),
        episode.starts_at.getTime() - 1_000 * i,
      ),
      traceId: `${i}`.padStart(32, '0'),
    })
    await sendLogs(
      seeded.recorder.url,
      [
        ...Array.from({ length: 12 }, (_, i) => measured(0.1 + i / 100, 'acme', 1 + i)),
        ...Array.from({ length: 40 }, (_, i) => measured(i === 3 ? 0.5 : 0.9, `tenant-${i % 4}`, 1 + i / 4)),
      ],
      { headers: seeded.headers.all },
    )
    await seeded.withPage('/', {}, async (page) => {
      const card = page.locator(`.alert[data-episode="${episode.id}"]`)
      const details = card.locator('details', { hasText: 'Operations behind it' })
      // The first alert's are open.
      if ((await details.getAttribute('open')) === null) await details.locator('summary').click()
      const worst = details.locator('.operations li').first()
      await worst.waitFor()
      expect(await details.locator('.differs li').allTextContents()).toEqual([
        'tenant acme: 12 of 13 bad operations, and 0 of 39 others',
      ])
      const { worst: answered } = await seeded.answerOf<Behind>(`/api/episodes/${episode.id}/operations`)
      expect(await worst.textContent()).toMatch(/^worst: 0\.100 at .* Trace.*tenant acme$/)
      const link = worst.getByRole('link', { name: 'Trace' })
      expect(await link.getAttribute('href')).toBe(`https://traces.example.com/${answered[0]?.trace_id}`)
      await keepScreenshot(page, 'operations')
      // By itself, as a link that can be sent; also once it is over.
      await card.getByRole('link', { name: /F1 score of/ }).click()
      const alone = page.locator('#one-alert .alert')
      await alone.locator('.operations li').first().waitFor()
      expect(await alone.getAttribute('data-episode')).toBe(episode.id)
      expect(await page.locator(`#firing [data-episode="${episode.id}"]`).count()).toBe(0)
      const shared = page.url()
      expect(new URL(shared).search).toBe(`?alert=${episode.id}`)
      await page.getByRole('link', { name: 'All alerts' }).click()
      await alone.waitFor({ state: 'hidden' })
      await page.goto(shared)
      await alone.locator('.differs li').first().waitFor()
      const [over] = await seeded.recorder.query<{ id: string }>(
        'SELECT id FROM alert_episodes WHERE ends_at IS NOT NULL ORDER BY starts_at DESC LIMIT 1',
      )
      await page
        .locator(`#history tr[data-episode="${over?.id}"]`)
        .getByRole('link', { name: /F1 score of/ })
        .click()
      await page.locator(`#one-alert [data-episode="${over?.id}"]`).waitFor()
      expect(await alone.locator('.since').textContent()).toMatch(/^lasted 50 s from .* to .*UTC$/)
      await keepScreenshot(page, 'one-alert')
      // From a point of the chart to the operations around it, by mouse and by keyboard.
      const plot = page.locator('#chart-f1_score .plot')
      const around = page.locator('#point-operations')
      await plot.locator('svg').click({ position: { x: 60, y: 90 } })
      await around.getByText('No single operation was kept').waitFor()
      await plot.press('End')
      await plot.press('Enter')
      await around.getByText(/^Operations of F1 score, .* UTC/).waitFor()
      await around.getByRole('button', { name: 'Close' }).click()
      expect(await around.textContent()).toBe('')
      await seeded.open(page, '/?alert=999999')
      await page.locator('#one-alert').getByText('there is no episode 999999').waitFor()
    })
    await seeded.recorder.query('DELETE FROM measurements')
  })

  test('an alert shows the milder levels beside it, and the values of a KPI that is configured no longer', async () => {
    const insert = (alertname: string, severity: string, kpi: string, context: string | null) =>
      seeded.recorder.query(
        `INSERT INTO alert_episodes (cluster, fingerprint, alertname, severity, kpi, service, model, context_size, starts_at,
           value, peak_value, threshold, summary, labels, annotations)
         VALUES ('default', $1, $1, $2, $3, 'memory', 'model-0003', $4, now(), 3.125, 3.5, 3, '', '{}', '{}')`,
        [alertname, severity, kpi, context],
      )
    await insert('MnemoscopeLatencyWarning', 'warning', 'latency', '8192')
    await insert('MnemoscopeLatencyCritical', 'critical', 'latency', '8192')
    await insert('MnemoscopeCitationsError', 'error', 'citations', null)
    await seeded.withPage('/', {}, async (page) => {
      const { open_alerts } = await seeded.answerOf<DashboardData>('/api/dashboard')
      expect(await page.locator('.alert').count()).toBe(open_alerts.length - 1)
      const latency = page.locator('.alert', { hasText: 'Latency of model-0003' })
      expect(await latency.locator('.milder').textContent()).toMatch(/^Also firing: warning since /)
      const old = page.locator('.alert', { hasText: 'citations of model-0003' })
      expect(await old.locator('.figures data').allTextContents()).toEqual(['3.5', '3.13'])
      const row = page.locator('#history tr', { hasText: 'citations of model-0003' })
      for (const place of [old, row]) expect(await place.textContent()).not.toContain('0k')
    })
    await seeded.recorder.query(
      `DELETE FROM alert_episodes WHERE alertname IN ('MnemoscopeLatencyWarning', 'MnemoscopeLatencyCritical', 'MnemoscopeCitationsError')`,
    )
  })

  test('a word that is longer than its card is broken', () =>
    seeded.withPage('about:blank', { viewport: { width: 360, height: 740 } }, async (page) => {
      await seeded.recorder.query(
        `INSERT INTO alert_episodes (cluster, fingerprint, alertname, severity, starts_at, summary, labels, annotations)
         VALUES ('default', 'fedcba', 'LongWord', 'info', now(), $1, '{}', jsonb_build_object('description', $1::text))`,
        ['0c8db678a83640a5'.repeat(8)],
      )
      await seeded.open(page)
      const cards = page.locator('.alert')
      await cards.filter({ hasText: '0c8db678' }).waitFor()
      expect(
        await cards.evaluateAll((all) => all.filter((card) => card.scrollWidth > card.clientWidth).length),
      ).toBe(0)
      await page.locator('#point-operations').evaluate((node) => node.append('0c8db678a83640a5'.repeat(8)))
      expect(await isWiderThanScreen(page)).toBe(false)
      await seeded.recorder.query(`DELETE FROM alert_episodes WHERE alertname = 'LongWord'`)
    }))
})
