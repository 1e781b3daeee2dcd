import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Monitor, startMonitoring } from '@mnemoscope/instrumentation'
import { defineConfig } from '@mnemoscope/kpi'
import { eventually, type Stack, startStack } from '../harness/index.js'

/** One value followed from `record` to a row, an alert, an episode, and back to health. `browser` follows it to the page. */
describe('a value that is recorded', () => {
  const kpis = { f1_score: { operations: 2 } } as const
  let monitor: Monitor
  let stack: Stack
  let recording: NodeJS.Timeout
  let f1 = 0.61

  beforeAll(async () => {
    const config = defineConfig({ contextSizes: [8_192, 32_768], kpis })
    monitor = await startMonitoring({ service: 'memory', port: 0, config })
    const failing = monitor.for({ model: 'mistral-7b', contextSize: 8_000, operation: 'search' })
    const healthy = monitor.for({ model: 'mixtral-8x7b', contextSize: 32_768, operation: 'search' })
    recording = setInterval(() => {
      failing.operation({ f1_score: f1, latency: 0.5, token_usage: 1_200 })
      healthy.operation({ f1_score: 0.93 })
    }, 100)
    stack = await startStack(new URL(monitor.url as string).host, { contextSizes: [8_192, 32_768], kpis })
  }, 120_000)

  afterAll(async () => {
    clearInterval(recording)
    await monitor?.stop()
    await stack?.stop()
  })

  test('becomes a snapshot row of its own model and context size, unknown KPIs NULL', async () => {
    const row = await eventually('a snapshot row', async () => {
      const [newest] = await stack.query(
        `SELECT * FROM performance_snapshots WHERE model = 'mistral-7b' AND f1_score IS NOT NULL
         ORDER BY timestamp DESC LIMIT 1`,
      )
      return newest
    })
    expect(row.f1_score).toBeCloseTo(0.61, 10)
    expect(row).toMatchObject({ model: 'mistral-7b', context_size: 8_192, adaptation_success_rate: null })
    const whole = await eventually('a snapshot row with the whole distribution', async () => {
      const [newest] = await stack.query(
        `SELECT distributions -> 'f1_score' AS f1 FROM performance_snapshots
         WHERE model = 'mistral-7b' AND distributions #> '{f1_score,max}' <> 'null' ORDER BY timestamp DESC LIMIT 1`,
      )
      return newest
    })
    // 0.61 lies in the bucket from 0.6 to 0.7.
    expect(whole.f1).toMatchObject({ count: expect.any(Number), max: expect.closeTo(0.7, 9) })
    expect(whole.f1.mean).toBeCloseTo(0.61, 10)
    for (const quantile of ['p50', 'p95', 'p99']) {
      expect(whole.f1[quantile]).toBeGreaterThan(0.6)
      expect(whole.f1[quantile]).toBeLessThanOrEqual(0.7)
    }
    const [other] = await stack.query(
      `SELECT f1_score FROM performance_snapshots WHERE model = 'mixtral-8x7b' AND f1_score IS NOT NULL
       ORDER BY timestamp DESC LIMIT 1`,
    )
    expect(other?.f1_score).toBeCloseTo(0.93, 10)
  }, 60_000)

  test('raises a critical alert in Alertmanager, the alerts view and the dashboard data', async () => {
    const [alert] = await eventually('the alert in Alertmanager', async () => {
      const alerts = await json<AlertmanagerAlert[]>(`${stack.alertmanager}/api/v2/alerts`)
      const critical = alerts.filter(({ labels }) => labels.alertname === 'MnemoscopeF1ScoreCritical')
      return critical.length > 0 && critical
    })
    expect(alert?.labels).toMatchObject({
      severity: 'critical',
      kpi: 'f1_score',
      model: 'mistral-7b',
      context_size: '8192',
    })

    const rows = await eventually('the row in the view alerts', async () => {
      const found = await stack.query(`SELECT * FROM alerts WHERE level = 'critical'`)
      return found.length > 0 && found
    })
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({
      metric_type: 'f1_score',
      model: 'mistral-7b',
      context_size: 8_192,
      threshold: 0.7,
    })
    expect(rows[0]?.current_value).toBeCloseTo(0.61, 10)

    const dashboard = await json<{
      alert_summary: { has_critical: boolean; alert_counts: Record<string, number> }
    }>(`${stack.recorder}/api/dashboard`)
    expect(dashboard.alert_summary).toMatchObject({ has_critical: true, alert_counts: { critical: 1 } })
  }, 60_000)

  test('closes the same episode once it is healthy again', async () => {
    const [open] = await stack.query(`SELECT id FROM alert_episodes WHERE severity = 'critical'`)
    f1 = 0.97
    const closed = await eventually('the closed episode', async () => {
      const [episode] = await stack.query(
        `SELECT id FROM alert_episodes WHERE severity = 'critical' AND closed_at IS NOT NULL`,
      )
      return episode
    })
    expect(closed).toEqual(open)
    expect(await stack.query(`SELECT id FROM alert_episodes WHERE severity = 'critical'`)).toHaveLength(1)
  }, 60_000)
})

interface AlertmanagerAlert {
  readonly labels: Readonly<Record<string, string>>
}

async function json<T>(url: string): Promise<T> {
  const response = await fetch(url)
  expect(response.status).toBe(200)
  return (await response.json()) as T
}
