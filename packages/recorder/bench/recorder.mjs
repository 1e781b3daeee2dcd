/** Speed of the recorder on real servers: node packages/recorder/bench/recorder.mjs [--json]. Build first. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig, retentionOf } from '@mnemoscope/kpi'
import { startPostgres } from '@mnemoscope/servers'
import { pino } from 'pino'
import { applyRetention } from '../dist/database/retention.js'
import { createPool, migrate, startRecorder } from '../dist/index.js'
import { storeInstants } from '../dist/snapshots/store.js'
import { figure, finish, median, progress, timed } from './figures.mjs'
import { fillDay, kpis } from './history.mjs'
import { floodWebhook } from './webhooks.mjs'

const stateDir = await mkdtemp(join(tmpdir(), 'mnemoscope-bench-'))
const postgres = await startPostgres({ stateDir, port: 0 })
const pool = createPool(postgres.url)
const minute = 60_000
const now = Math.floor(Date.now() / minute) * minute
try {
  await migrate(postgres.url)
  await insertSpeed()
  await pool.query('TRUNCATE snapshots, snapshot_instants, series RESTART IDENTITY')
  progress('filling a day with a million snapshots …')
  const snapshots = await fillDay(pool, { series: 695, until: now })
  const recorder = await startRecorder({
    config: defineConfig(),
    databaseUrl: postgres.url,
    prometheusUrl: 'http://127.0.0.1:9',
    port: 0,
    logger: pino({ level: 'silent' }),
  })
  await dashboardSpeed(recorder.url, snapshots)
  await floodWebhook({ pool, url: recorder.url, seconds: 60, perSecond: 500, stallSeconds: 10 })
  await recorder.stop()
  await retentionSpeed()
} finally {
  await pool.end()
  await postgres.stop()
  await rm(stateDir, { recursive: true, force: true })
}
finish()

/** One snapshot cycle's rows at a time, beside a bare COPY of the same rows into a table like the same partition. */
async function insertSpeed() {
  progress('storing 7,000 rows a cycle …')
  const rows = Array.from({ length: 1_000 }, (_, i) =>
    kpis.map((kpi) => ({
      service: 'memory',
      model: `model-${i}`,
      contextSize: '8192',
      kpi,
      // All digits of a double, as measured values have them, and the same in every run.
      value: 1 / Math.sqrt(i + 2),
      samples: 40,
      p50: null,
      p95: null,
      p99: null,
    })),
  ).flat()
  await storeInstants(pool, [{ at: new Date(now), rows }])
  await pool.query('CREATE TABLE copied (LIKE snapshots INCLUDING ALL)')
  const client = await pool.connect()
  const ours = []
  const copies = []
  for (let i = 1; i <= 15; i++) {
    const at = new Date(now - i * minute)
    ours.push(await timed(() => storeInstants(pool, [{ at, rows }])))
    const file = join(tmpdir(), `mnemoscope-copy-${process.pid}`)
    await client.query(`COPY (SELECT * FROM snapshots WHERE at = '${at.toISOString()}') TO '${file}'`)
    copies.push(await timed(() => client.query(`COPY copied FROM '${file}'`)))
  }
  client.release()
  await pool.query('DROP TABLE copied')
  figure('rows stored per second', rows.length / (median(ours) / 1_000), 'rows/s')
  figure('rate beside a bare COPY', median(copies) / median(ours), 'of COPY', { atLeast: 0.5 })
}

async function dashboardSpeed(url, snapshots) {
  progress('asking for the dashboard …')
  const ask = async () => {
    const response = await fetch(`${url}/api/dashboard`)
    const data = await response.json()
    if (data.summary.total_snapshots < snapshots * 0.99)
      throw new Error('not every snapshot is in the window')
  }
  figure('snapshots in the window', snapshots, 'snapshots')
  figure('dashboard, first look after a new snapshot', await timed(ask), 'ms')
  const before = process.memoryUsage().rss
  const times = []
  for (let i = 0; i < 50; i++) times.push(await timed(ask))
  figure('dashboard, median', median(times), 'ms', { atMost: 100 })
  figure('memory grown by 50 dashboards', (process.memoryUsage().rss - before) / 2 ** 20, 'MiB', {
    atMost: 64,
  })
}

async function retentionSpeed() {
  const later = new Date(now + 33 * 86_400_000)
  await applyRetention(pool, retentionOf(defineConfig({ dataRetentionDays: 35 })), later)
  const [dropped] = [
    await timed(() => applyRetention(pool, retentionOf(defineConfig({ dataRetentionDays: 32 })), later)),
  ]
  figure('retention of a day of 4 to 7 million rows', dropped, 'ms', { atMost: 100 })
}
