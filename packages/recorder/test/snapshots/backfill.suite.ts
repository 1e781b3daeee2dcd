import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { startTogether } from '../../../../test/harness/started.js'
import { createPool } from '../../src/index.js'
import { createPrometheusClient } from '../../src/prometheus/client.js'
import { createBackfill } from '../../src/snapshots/backfill.js'
import { storeInstants } from '../../src/snapshots/store.js'
import { takeSnapshot, takeSnapshots } from '../../src/snapshots/take.js'
import { intervalsOf } from '../../src/snapshots/timing.js'
import { startTestPostgres, type TestPostgres } from '../plumbing/postgres.js'
import { startTestPrometheus, type TestPrometheus } from '../plumbing/prometheus.js'
import { waitFor } from '../plumbing/wait-for.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const config = defineConfig({ scrapeInterval: '1s', snapshotInterval: '1s', alertCheckInterval: '1s' })
const intervals = intervalsOf(config)
const second = 1_000

let postgres: TestPostgres
let prometheus: TestPrometheus

beforeAll(async () => {
  ;[postgres, prometheus] = await startTogether(startTestPostgres(), startTestPrometheus())
}, 120_000)

afterAll(async () => {
  await Promise.all([postgres?.stop(), prometheus?.stop()])
}, 60_000)

test('missed instants are filled from Prometheus with the same rows, and what it can not know is a gap', async () => {
  prometheus.expose(
    ['a', 'b']
      .map(
        (model) =>
          `job_model_context_size_operation:mnemoscope_f1_score:current{model="${model}",context_size="1"} 0.9
job_model_context_size_operation:mnemoscope_f1_score:mean{model="${model}",context_size="1"} 0.8
job_model_context_size_operation:mnemoscope_f1_score:max{model="${model}",context_size="1"} 0.95\n`,
      )
      .join(''),
  )
  const client = createPrometheusClient({ url: prometheus.url })
  const pool = createPool(await postgres.newDatabase())
  const newest = () => Math.floor((Date.now() - 2 * second) / second) * second
  // Scrapes for several seconds, and a start of the history well before the first of them.
  const first = await waitFor(async () => {
    const at = newest()
    const instant = await takeSnapshot(client, new Date(at), intervals)
    return 'rows' in instant && instant.rows.length === 2 && at
  })
  await waitFor(() => newest() > first + 5 * second)
  const beginning = first - 60 * second
  await storeInstants(pool, [{ at: new Date(beginning), rows: [] }])
  const live = await storeInstants(pool, [
    await takeSnapshot(client, new Date(first + 2 * second), intervals),
  ])

  const backfill = createBackfill({ pool, prometheus: client, config })
  let gaps = 0
  let stored = live
  await waitFor(async () => {
    const batch = await backfill.runBatch()
    gaps += batch.gaps
    stored += batch.rows
    return batch.left === 0
  })
  expect(gaps).toBeGreaterThan(40)
  expect((await pool.query('SELECT count(*)::int AS n FROM snapshots')).rows).toEqual([{ n: stored }])
  const { rows } = await pool.query(
    `SELECT count(*)::int AS instants, count(*) FILTER (WHERE gap IS NULL AND rows = 2)::int AS whole
     FROM snapshot_instants WHERE at BETWEEN $1 AND $2`,
    [new Date(first), new Date(first + 4 * second)],
  )
  expect(rows).toEqual([{ instants: 5, whole: 5 }])
  const figures = await pool.query(
    'SELECT DISTINCT value, mean, max FROM snapshots WHERE at BETWEEN $1 AND $2',
    [new Date(first), new Date(first + 4 * second)],
  )
  expect(figures.rows).toEqual([{ value: 0.9, mean: 0.8, max: 0.95 }])
  const early = await pool.query('SELECT DISTINCT gap FROM snapshot_instants WHERE at = $1', [
    new Date(beginning + second),
  ])
  expect(early.rows).toEqual([{ gap: 'prometheus_has_no_data' }])
  await pool.end()
}, 60_000)

test('a range of instants gives the same rows as each instant by itself', async () => {
  const client = createPrometheusClient({ url: prometheus.url })
  const to = Math.floor((Date.now() - 3 * second) / second) * second
  const from = to - 4 * second
  const together = await takeSnapshots(
    client,
    { from: new Date(from), to: new Date(to), stepSeconds: 1 },
    intervals,
  )
  const apart = await Promise.all(
    [0, 1, 2, 3, 4].map((i) => takeSnapshot(client, new Date(from + i * second), intervals)),
  )
  expect(together).toEqual(apart)
})

test('with nothing missing there is nothing to do', async () => {
  const pool = createPool(await postgres.newDatabase())
  const client = createPrometheusClient({ url: prometheus.url })
  const backfill = createBackfill({ pool, prometheus: client, config })
  expect(await backfill.runBatch()).toEqual({ filled: 0, gaps: 0, rows: 0, left: 0 })
  await pool.end()
})

test('a gap of the last hour is tried again, at twice its age, and goes when it is filled', async () => {
  const client = createPrometheusClient({ url: prometheus.url })
  const pool = createPool(await postgres.newDatabase())
  const backfill = createBackfill({ pool, prometheus: client, config })
  const newest = await waitFor(async () => {
    const at = Math.floor((Date.now() - 3 * second) / second) * second
    const instant = await takeSnapshot(client, new Date(at), intervals)
    return 'rows' in instant && instant.rows.length === 2 && at
  })
  const known = new Date(newest)
  const [recent, lasting, young, old] = [
    known,
    new Date(newest - 1_800 * second),
    new Date(newest - 1_801 * second),
    new Date(newest - 7_200 * second),
  ] as const
  // Every instant is a gap but the one that is known, and all were just tried.
  await pool.query(
    `INSERT INTO snapshot_instants (at, rows, gap)
     SELECT at, 0, 'prometheus_not_scraping' FROM generate_series($1::timestamptz, $2, '1 second') AS at`,
    [old, known],
  )
  const triedAt = async (at: Date, ageSeconds: number) =>
    pool.query('UPDATE snapshot_instants SET taken_at = at + make_interval(secs => $2) WHERE at = $1', [
      at,
      ageSeconds,
    ])
  const stateOf = async (at: Date) =>
    (
      await pool.query(
        "SELECT rows, gap, taken_at > now() - interval '1 minute' AS tried FROM snapshot_instants WHERE at = $1",
        [at],
      )
    ).rows[0]
  await triedAt(recent, 1)
  await triedAt(lasting, 600)
  await triedAt(young, 1_200)
  await triedAt(old, 600)
  await waitFor(() => Date.now() > newest + 5 * second)
  await waitFor(async () => (await backfill.runBatch()).left === 0)
  expect(await stateOf(recent)).toMatchObject({ rows: 2, gap: null })
  expect(await stateOf(lasting)).toEqual({ rows: 0, gap: 'prometheus_has_no_data', tried: true })
  const untouched = { rows: 0, gap: 'prometheus_not_scraping', tried: false }
  expect(await stateOf(young)).toEqual(untouched)
  expect(await stateOf(old)).toEqual(untouched)
  await pool.end()
})
