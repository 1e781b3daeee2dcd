import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { type Config, defineConfig } from '@mnemoscope/kpi'
import { startTogether } from '../../../test/harness/started.js'
import {
  type AlertEpisode,
  type AlertEvent,
  type AlertHandler,
  createPool,
  type DashboardData,
  type Readiness,
  type Recorder,
  startRecorder,
} from '../src/index.js'
import { getJson } from './plumbing/get-json.js'
import { startTestPostgres, type TestPostgres } from './plumbing/postgres.js'
import { startTestPrometheus, type TestPrometheus } from './plumbing/prometheus.js'
import { silentLogger } from './plumbing/silent-logger.js'
import { waitFor } from './plumbing/wait-for.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const config: Config = defineConfig({
  scrapeInterval: '1s',
  snapshotInterval: '1s',
  alertCheckInterval: '1s',
})

const rules = `
groups:
  - name: f1
    rules:
      - alert: MnemoscopeF1ScoreCritical
        expr: job_model_context_size_operation:mnemoscope_f1_score:current <= 0.7
        labels: {severity: critical, kpi: f1_score}
        annotations:
          summary: 'F1 score of {{ $labels.model }} is critical'
          value: '{{ $value }}'
          threshold: '0.7'
`

const healthy = exposition([
  ['model-a', '8192', 0.91],
  ['model-b', '+Inf', 0.88],
])

function exposition(rows: [model: string, size: string, f1: number][]): string {
  return rows
    .map(
      ([model, size, f1]) => `
job_model_context_size_operation:mnemoscope_f1_score:current{model="${model}",context_size="${size}"} ${f1}
job_model_context_size_operation:mnemoscope_f1_score:samples{model="${model}",context_size="${size}"} 40
job_model_context_size_operation:mnemoscope_f1_score:mean{model="${model}",context_size="${size}"} ${f1}
job_model_context_size_operation:mnemoscope_f1_score:p50{model="${model}",context_size="${size}"} 0.9
job_model_context_size_operation:mnemoscope_f1_score:p95{model="${model}",context_size="${size}"} 0.95
job_model_context_size_operation:mnemoscope_f1_score:p99{model="${model}",context_size="${size}"} 0.99
job_model_context_size_operation:mnemoscope_f1_score:max{model="${model}",context_size="${size}"} 1
job_model_context_size_operation:mnemoscope_latency:current{model="${model}",context_size="${size}"} NaN
job_model_context_size_operation:mnemoscope_latency:samples{model="${model}",context_size="${size}"} 2
`,
    )
    .join('')
}

let postgres: TestPostgres
let prometheus: TestPrometheus

beforeAll(async () => {
  ;[postgres, prometheus] = await startTogether(startTestPostgres(), startTestPrometheus({ rules }))
}, 120_000)

afterAll(async () => {
  await Promise.all([postgres?.stop(), prometheus?.stop()])
}, 60_000)

async function withRecorder(
  work: (recorder: Recorder, databaseUrl: string) => Promise<void>,
  handlers: readonly AlertHandler[] = [],
): Promise<void> {
  const databaseUrl = await postgres.newDatabase()
  const recorder = await startRecorder({
    config,
    databaseUrl,
    prometheusUrl: prometheus.url,
    port: 0,
    logger: silentLogger,
    handlers,
  })
  try {
    await work(recorder, databaseUrl)
  } finally {
    await recorder.stop()
  }
}

async function get<T>(recorder: Recorder, path: string): Promise<T> {
  const { status, body } = await getJson<T>(`${recorder.url}${path}`)
  expect(status).toBe(200)
  return body
}

const dashboardOf = (recorder: Recorder) => get<DashboardData>(recorder, '/api/dashboard?hours=1')

describe('a recorder on a real Prometheus and Postgres', () => {
  test('stores each series under its own model and size, unknown values as NULL, and shows them on the dashboard', async () => {
    prometheus.expose(healthy)
    await withRecorder(async (recorder, databaseUrl) => {
      const data = await waitFor(async () => {
        const dashboard = await dashboardOf(recorder)
        // Its parts are read one after the other, so the first snapshot can come in between.
        const { current, recent_snapshots: recent, summary } = dashboard
        const isComplete = current.length === 2 && recent.length >= 2 && summary.max_f1_score !== null
        return isComplete && dashboard.model_performance['model-b'] !== undefined && dashboard
      })
      expect(Object.keys(data.model_performance).sort()).toEqual(['model-a', 'model-b'])
      expect(data.model_performance['model-a']?.avg_f1_score).toBeCloseTo(0.91)
      expect(data.model_performance['model-b']?.avg_f1_score).toBeCloseTo(0.88)
      expect(data.summary.avg_latency).toBeNull()
      expect(data.summary.avg_memory_usage).toBeNull()
      expect(data.summary.max_f1_score).toBeCloseTo(0.91)
      expect(data.trends.f1_score_direction).toBe('unknown')
      expect(data.recent_snapshots[0]).toMatchObject({ latency: null, memory_usage: null })

      const pool = createPool(databaseUrl)
      const { rows } = await pool.query(
        'SELECT model, context_size, f1_score, latency, memory_usage FROM performance_snapshots ORDER BY "timestamp" DESC, model LIMIT 2',
      )
      expect(rows).toEqual([
        { model: 'model-a', context_size: 8192, f1_score: 0.91, latency: null, memory_usage: null },
        { model: 'model-b', context_size: null, f1_score: 0.88, latency: null, memory_usage: null },
      ])
      const distributions = await pool.query(
        `SELECT distributions FROM performance_snapshots ORDER BY "timestamp" DESC, model LIMIT 1`,
      )
      expect(distributions.rows[0]?.distributions).toEqual({
        f1_score: { count: 40, mean: 0.91, p50: 0.9, p95: 0.95, p99: 0.99, max: 1 },
        latency: { count: 2, mean: null, p50: null, p95: null, p99: null, max: null },
      })
      await pool.end()
      const { snapshots } = await get<{ snapshots: object[] }>(
        recorder,
        '/api/snapshots?kpi=f1_score&model=model-a&limit=1',
      )
      expect(snapshots[0]).toMatchObject({
        value: 0.91,
        samples: 40,
        mean: 0.91,
        p50: 0.9,
        p95: 0.95,
        p99: 0.99,
        max: 1,
      })
      expect(data.current[0]?.kpis.f1_score).toMatchObject({ mean: 0.91, max: 1 })
      // On a busy machine one of its regular checks may be late.
      await waitFor(async () => (await getJson<Readiness>(`${recorder.url}/readyz`)).body.ready)
      const series = await get<{ series: { model: string }[] }>(recorder, '/api/series?kpi=f1_score&hours=1')
      expect(series.series.map(({ model }) => model)).toEqual(['model-a', 'model-b'])
    })
  }, 60_000)

  test('finds an alert that no webhook reported, and closes the same episode when it ends', async () => {
    prometheus.expose(healthy)
    const events: AlertEvent[] = []
    const handler = { name: 'remembers', handle: (event: AlertEvent) => void events.push(event) }
    const story = async (recorder: Recorder, databaseUrl: string) => {
      prometheus.expose(exposition([['model-a', '8192', 0.42]]))
      const open = await waitFor(async () => {
        const { open_alerts } = await dashboardOf(recorder)
        return open_alerts[0]?.current_value === 0.42 && open_alerts
      })
      expect(open[0]).toMatchObject({
        level: 'critical',
        metric_type: 'f1_score',
        model: 'model-a',
        context_size: '8192',
        current_value: 0.42,
        threshold: 0.7,
        message: 'F1 score of model-a is critical',
        is_worst: true,
      })
      const pool = createPool(databaseUrl)
      const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
      await pool.query(
        `INSERT INTO measurements (at, id, kpi, value, service, model, context_size, severity, trace_id, metadata)
         SELECT now(), gen_random_uuid(), 'f1_score', value, $1, 'model-a', '8192', severity, trace, '{"tenant": "a"}'
         FROM (VALUES (0.9, NULL, NULL), (0.2, 'critical', $2), (0.3, 'critical', NULL)) AS given (value, severity, trace)`,
        [open[0]?.service, trace],
      )
      await pool.end()
      prometheus.expose(healthy)
      const closed = await waitFor(async () => {
        const { episodes } = await get<{ episodes: AlertEpisode[] }>(recorder, '/api/episodes?state=closed')
        return episodes.length > 0 && episodes
      })
      expect(closed).toHaveLength(1)
      expect(closed[0]).toMatchObject({ id: open[0]?.id, closed_how: 'reconciled' })
      const event = await waitFor(() => events.find(({ kind }) => kind === 'closed'))
      expect(event).toMatchObject({
        value_at_end: 0.91,
        text: expect.stringMatching(/: F1 score of model-a is critical; worst 0\.42, at the end 0\.91$/),
        operations: [
          { value: 0.2, trace_id: trace, metadata: { tenant: 'a' } },
          { value: 0.3, trace_id: null },
        ],
      })
      expect(events.find(({ kind }) => kind === 'opened')).toMatchObject({ value_at_end: null })
    }
    await withRecorder(story, [handler])
  }, 60_000)
})
