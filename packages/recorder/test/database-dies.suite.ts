import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { type RunningPostgres, startPostgres } from '@mnemoscope/servers'
import { startTogether } from '../../../test/harness/started.js'
import { temporaryFolder } from '../../../test/harness/temporary-folder.js'
import { createPool, prepareDatabase, type Readiness, type Recorder, startRecorder } from '../src/index.js'
import { createPrometheusClient } from '../src/prometheus/client.js'
import { queryRange } from '../src/prometheus/query.js'
import { getJson } from './plumbing/get-json.js'
import { notification, postWebhook } from './plumbing/notification.js'
import { startTestPrometheus, type TestPrometheus } from './plumbing/prometheus.js'
import { silentLogger } from './plumbing/silent-logger.js'
import { waitFor } from './plumbing/wait-for.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const config = defineConfig({ scrapeInterval: '1s', snapshotInterval: '1s', alertCheckInterval: '1s' })

const series = 'job_model_context_size_operation:mnemoscope_f1_score:current'

const folder = temporaryFolder('outage')
let postgres: RunningPostgres
let prometheus: TestPrometheus

beforeAll(async () => {
  ;[postgres, prometheus] = await startTogether(
    startPostgres({ stateDir: folder.path, port: 0, durable: false }),
    startTestPrometheus(),
  )
  await prepareDatabase(postgres.url)
  prometheus.expose(`${series}{model="a",context_size="8192"} 0.9\n`)
}, 120_000)

afterAll(async () => {
  await Promise.all([postgres?.stop(), prometheus?.stop()])
  folder.remove()
}, 60_000)

const start = () =>
  startRecorder({
    config,
    databaseUrl: postgres.url,
    prometheusUrl: prometheus.url,
    port: 0,
    logger: silentLogger,
  })

const isReady = async (recorder: Recorder) => (await getJson<Readiness>(`${recorder.url}/readyz`)).body.ready

const alertOf = (model: string) =>
  notification([
    {
      status: 'firing',
      labels: { alertname: 'MnemoscopeOther', severity: 'warning', model },
      startsAt: new Date().toISOString(),
    },
  ])

/** Instants since the first with rows at which Prometheus has a value, and how many of those have their rows. */
async function instantsUntil(until: Date): Promise<{ expected: number; whole: number }> {
  const pool = createPool(postgres.url)
  try {
    const { rows } = await pool.query<{ at: Date }>(
      'SELECT at FROM snapshot_instants WHERE rows > 0 AND at <= $1 ORDER BY at',
      [until],
    )
    const [first] = rows
    if (first === undefined) return { expected: 0, whole: 0 }
    // A scrape that a busy machine had no time for is nothing that the recorder lost.
    const client = createPrometheusClient({ url: prometheus.url })
    const range = { from: first.at, to: until, stepSeconds: 1 }
    const [known] = await queryRange(client, series, range)
    return { expected: known?.samples.length ?? 0, whole: rows.length }
  } finally {
    await pool.end()
  }
}

test('a database that dies is survived: not ready meanwhile, alerts are not acknowledged, no events are promised, and nothing is missing afterwards', async () => {
  const recorder = await start()
  await waitFor(() => isReady(recorder))
  await waitFor(async () => (await instantsUntil(new Date())).whole > 0)
  await postgres.kill()
  expect((await postWebhook(recorder.url, alertOf('during'))).status).toBe(503)
  await waitFor(async () => !(await isReady(recorder)))
  expect((await fetch(`${recorder.url}/healthz`)).status).toBe(200)
  const events = await fetch(`${recorder.url}/api/events`)
  expect([events.status, Number(events.headers.get('retry-after'))]).toEqual([503, expect.any(Number)])
  expect(await events.json()).toMatchObject({ error: { code: 'DATABASE_UNREACHABLE' } })
  const outageEnd = new Date(Math.floor(Date.now() / 1_000) * 1_000)
  postgres = await startPostgres({ stateDir: folder.path, port: postgres.port, durable: false })
  await waitFor(() => isReady(recorder))
  expect((await postWebhook(recorder.url, alertOf('during'))).status).toBe(200)
  const counts = await waitFor(async () => {
    const found = await instantsUntil(outageEnd)
    return found.expected > 0 && found.whole >= found.expected && found
  })
  expect(counts.whole).toBe(counts.expected)
  await recorder.stop()
}, 120_000)
