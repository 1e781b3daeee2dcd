/**
 * What the recorder costs, on a real Postgres and a real Prometheus, each figure beside its goal.
 *
 *   npm run bench:recorder [-- --json] [--short] [--only insert,prometheus,day,month]
 *
 * About 10 minutes and 8 GB on two cores; --short takes much less and shows whether everything works, not how fast.
 * Exits 1 where a goal is missed.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createPool, prepareDatabase } from '@mnemoscope/recorder'
import { startPostgres } from '@mnemoscope/servers'
import type { Pool } from 'pg'
import { measureDashboard, measureRoutes } from './api.js'
import { finish, printJson, progress } from './figures.js'
import { measureFlood } from './flood.js'
import { fillAlerts, fillSnapshots } from './history.js'
import { measureInsert } from './insert.js'
import { measurePanels } from './panels.js'
import { measureFromPrometheus } from './prometheus.js'
import { kpis } from './recorded-series.js'
import { type RecorderProcess, startRecorderProcess } from './recorder.js'
import { measureRetention } from './retention.js'

const long = {
  insert: { pairs: 1_000, cycles: 60 },
  prometheus: { pairs: 1_000, hours: 24 },
  day: { snapshots: 1_000_000, flood: { seconds: 60, perSecond: 500, stallSeconds: 10 } },
  month: { rows: 10_000_000, hours: 720, episodes: 5_000, measurements: 100_000 },
}
const short = {
  insert: { pairs: 200, cycles: 5 },
  prometheus: { pairs: 10, hours: 2 },
  day: { snapshots: 10_000, flood: { seconds: 2, perSecond: 200, stallSeconds: 1 } },
  month: { rows: 20_000, hours: 168, episodes: 500, measurements: 2_000 },
}

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
    only: { type: 'string', default: Object.keys(long).join() },
  },
})
const sizes = options.short ? short : long
if (options.json) printJson()

type Measure = (pool: Pool, databaseUrl: string, folder: string) => Promise<void>

const parts: Readonly<Record<string, Measure>> = {
  insert: (pool) => measureInsert(pool, sizes.insert),
  prometheus: (pool, _, folder) => measureFromPrometheus(pool, { folder, ...sizes.prometheus }),
  async day(pool, databaseUrl) {
    const { snapshots, flood } = sizes.day
    const series = Math.ceil(snapshots / 1_440)
    progress(`a day of ${series} models and sizes …`)
    await fillSnapshots(pool, { series, hours: 24, until: thisMinute() })
    await withRecorder(databaseUrl, async (recorder) => {
      await measureDashboard(recorder, { least: snapshots * 0.99 })
      await measureFlood(pool, recorder, flood)
    })
    await measureRetention(pool, {})
  },
  async month(pool, databaseUrl) {
    const { rows, hours, episodes, measurements } = sizes.month
    const series = Math.ceil(rows / hours / 60 / kpis.length)
    const until = thisMinute()
    progress(`a month of ${series} models and sizes …`)
    await fillSnapshots(pool, { series, hours, until })
    await fillAlerts(pool, { series, hours, until, episodes, measurements })
    await measurePanels(pool, { from: new Date(until - hours * 3_600_000), to: new Date(until) })
    await withRecorder(databaseUrl, ({ url }) => measureRoutes(url, { hours, episode: episodes / 2 }))
    await measureRetention(pool, { atMost: 100 })
  },
}

const wanted = options.only.split(',')
const unknown = wanted.find((name) => parts[name] === undefined)
if (unknown !== undefined) {
  progress(`--only ${unknown}: there are ${Object.keys(parts).join(', ')}`)
  process.exit(2)
}
const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-bench-'))
chmodSync(folder, 0o755)
const postgres = await startPostgres({ stateDir: folder, port: 0, settings: { max_wal_size: '4GB' } })
try {
  for (const name of wanted) await inDatabase(name, parts[name] as Measure)
} finally {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
}
finish()

/** Each part has a separate database, which is dropped before the next one begins. */
async function inDatabase(name: string, measure: Measure): Promise<void> {
  const admin = createPool(postgres.url)
  await admin.query(`CREATE DATABASE bench_${name}`)
  const url = new URL(postgres.url)
  url.pathname = `/bench_${name}`
  await prepareDatabase(url.href)
  const pool = createPool(url.href)
  try {
    await measure(pool, url.href, folder)
  } finally {
    await pool.end()
    await admin.query(`DROP DATABASE bench_${name} WITH (FORCE)`)
    await admin.end()
  }
}

async function withRecorder(
  databaseUrl: string,
  use: (recorder: RecorderProcess) => Promise<void>,
): Promise<void> {
  const recorder = await startRecorderProcess(databaseUrl)
  try {
    await use(recorder)
  } finally {
    await recorder.stop()
  }
}

/** Unix ms. */
function thisMinute(): number {
  return Math.floor(Date.now() / 60_000) * 60_000
}
