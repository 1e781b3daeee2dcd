import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import pg from 'pg'
import { startTogether } from '../../../test/harness/started.js'
import { createPool, prepareDatabase, type Readiness, type Recorder, startRecorder } from '../src/index.js'
import { getJson } from './plumbing/get-json.js'
import { notification, postWebhook } from './plumbing/notification.js'
import { startTestPostgres, type TestPostgres } from './plumbing/postgres.js'
import { startTestPrometheus, type TestPrometheus } from './plumbing/prometheus.js'
import { silentLogger } from './plumbing/silent-logger.js'
import { waitFor } from './plumbing/wait-for.js'

// Real servers on a busy machine take their time. A database that dies: database-dies.suite.ts.
jest.setTimeout(60_000)

const config = defineConfig({ scrapeInterval: '1s', snapshotInterval: '1s', alertCheckInterval: '1s' })

const series = 'job_model_context_size_operation:mnemoscope_f1_score:current'

let postgres: TestPostgres
let databaseUrl: string
let prometheus: TestPrometheus

beforeAll(async () => {
  ;[postgres, prometheus] = await startTogether(startTestPostgres(), startTestPrometheus())
  databaseUrl = await postgres.newDatabase()
  await prepareDatabase(databaseUrl)
  prometheus.expose(`${series}{model="a",context_size="8192"} 0.9\n`)
}, 120_000)

afterAll(async () => {
  await Promise.all([postgres?.stop(), prometheus?.stop()])
}, 60_000)

const start = () =>
  startRecorder({ config, databaseUrl, prometheusUrl: prometheus.url, port: 0, logger: silentLogger })

const isReady = async (recorder: Recorder) => (await getJson<Readiness>(`${recorder.url}/readyz`)).body.ready

const alertOf = (model: string) =>
  notification([
    {
      status: 'firing',
      labels: { alertname: 'MnemoscopeOther', severity: 'warning', model },
      startsAt: new Date().toISOString(),
    },
  ])

test('a locked table stops nothing for good: the first version lost its monitor thread to it', async () => {
  const recorder = await start()
  await waitFor(() => isReady(recorder))
  const blocker = new pg.Client({ connectionString: databaseUrl })
  await blocker.connect()
  await blocker.query('BEGIN; LOCK TABLE snapshot_instants, alert_episodes IN ACCESS EXCLUSIVE MODE')
  const pending = postWebhook(recorder.url, alertOf('locked'))
  await waitFor(
    async () =>
      (await blocker.query("SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
        .rows[0].n > 1,
  )
  await blocker.query('ROLLBACK')
  await blocker.end()
  expect((await pending).status).toBe(200)
  await waitFor(() => isReady(recorder))
  await recorder.stop()
}, 60_000)

test('two recorders keep one history, and one goes on when the other ends', async () => {
  const [a, b] = await Promise.all([start(), start()])
  await waitFor(async () => (await isReady(a)) && (await isReady(b)))
  const alert = alertOf('two')
  await Promise.all([a, b, a, b].map(({ url }) => postWebhook(url, alert)))
  await a.stop()
  const since = new Date(Date.now() + 2_000)
  const pool = createPool(databaseUrl)
  await waitFor(async () => {
    const { rows } = await pool.query('SELECT FROM snapshot_instants WHERE at > $1 AND rows > 0', [since])
    return rows.length > 0
  })
  expect(await isReady(b)).toBe(true)
  const { rows } = await pool.query("SELECT count(*)::int AS n FROM alert_episodes WHERE model = 'two'")
  expect(rows).toEqual([{ n: 1 }])
  const doubled = await pool.query('SELECT at FROM snapshots GROUP BY at, series_id, kpi HAVING count(*) > 1')
  expect(doubled.rows).toEqual([])
  await pool.end()
  await b.stop()
}, 60_000)
