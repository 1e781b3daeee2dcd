import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import type pg from 'pg'
import { charts } from '../../src/dashboard/charts.js'
import { createPartitions, dayOf } from '../../src/database/partitions.js'
import { createPool } from '../../src/index.js'
import { rollUp } from '../../src/snapshots/rollup.js'
import { startTestPostgres, type TestPostgres } from '../plumbing/postgres.js'

const { kpis } = defineConfig({})
const to = new Date('2030-06-11T12:10:00Z')
const from = new Date('2030-06-10T00:10:00Z')
const options = { intervalSeconds: 600, mostPoints: 40, mostSeries: 2 }

let postgres: TestPostgres
let pool: pg.Pool

beforeAll(async () => {
  postgres = await startTestPostgres()
  pool = createPool(await postgres.newDatabase())
  await createPartitions(pool, 'snapshots', [dayOf(from), dayOf(to)])
  await pool.query(
    `INSERT INTO series (service, model, context_size) VALUES ('s', 'a', '8192'), ('s', 'b', '8192'), ('s', 'c', '8192')`,
  )
  await pool.query(
    `INSERT INTO snapshots (at, series_id, kpi, value)
     SELECT at, id, kpi, CASE WHEN extract(hour FROM at) <> 7 THEN id + abs(sin(extract(epoch FROM at))) END
     FROM generate_series($1::timestamptz, $2, '10 min') AS at, series, (VALUES ('f1_score'), ('latency')) AS kpis (kpi)`,
    [from, to],
  )
  await pool.query(
    `INSERT INTO snapshot_instants (at, rows) SELECT at, 6 FROM generate_series($1::timestamptz, $2, '10 min') AS at`,
    [from, to],
  )
}, 120_000)

afterAll(async () => {
  await pool?.end()
  await postgres?.stop()
}, 60_000)

test('a chart says the same whether its hours are rolled up or read row by row', async () => {
  const read = async () => rounded((await charts(pool, kpis, { from, to }, options)).kpis)
  const byRow = await read()
  expect(await rollUp(pool, to)).toBe(36)
  // Were it still read row by row, this would show.
  await pool.query("DELETE FROM snapshots WHERE at >= '2030-06-10T02:00Z' AND at < '2030-06-11T10:00Z'")
  const byHour = await read()
  for (const kpi of ['f1_score', 'latency']) {
    expect(byHour[kpi]).toEqual(byRow[kpi])
    expect(byHour[kpi]?.[0]?.length).toBeGreaterThan(15)
  }
})

test('the worst series are drawn, by the sense of each KPI', async () => {
  const drawn = await charts(pool, kpis, { from, to }, options)
  const models = (kpi: string) => drawn.kpis[kpi]?.series.map(({ model }) => model)
  expect(models('f1_score')).toEqual(['a', 'b'])
  expect(models('latency')).toEqual(['b', 'c'])
})

/** Points of each series; sums in another order differ in their last bits. */
function rounded(drawn: Awaited<ReturnType<typeof charts>>['kpis']) {
  return Object.fromEntries(
    Object.entries(drawn).map(([kpi, { series }]) => [
      kpi,
      series.map(({ points }) => points.map((point) => point.map((value) => Number(value.toPrecision(12))))),
    ]),
  )
}

test('charts of one model mark alerts that concern every model, and none of another one', async () => {
  await pool.query(
    `INSERT INTO alert_episodes (cluster, fingerprint, alertname, kpi, model, starts_at, summary, labels, annotations)
     SELECT 'default', name, name, 'latency', nullif(name, 'every'), $1, '', '{}', '{}'
     FROM unnest(ARRAY['only a', 'only b', 'every']) AS name`,
    [to],
  )
  const { marks } = await charts(pool, kpis, { from, to, model: 'only a' }, options)
  expect(marks.map(({ model }) => model).toSorted()).toEqual([null, 'only a'])
})

test('charts mark what people changed, oldest first, and no first sight of a service or of a configuration', async () => {
  const minutesAgo = (minutes: number) => new Date(to.getTime() - minutes * 60_000)
  await pool.query(
    `INSERT INTO deployments (at, service, version, previous_version, source, by)
     VALUES ($1, 's', '1', NULL, 'observed', NULL), ($2, 's', '2', '1', 'api', 'ada'), ($2, 'other', '7', '6', 'observed', NULL)`,
    [minutesAgo(90), minutesAgo(30)],
  )
  const insertChange = `INSERT INTO config_changes (at, by, source, sha256, previous_sha256, summary, differences, restarts, config)
    VALUES ($1, 'bob', 'file', 'b', $2, $3, '[]', '[]', '{}')`
  await pool.query(insertChange, [minutesAgo(80), null, ['the first']])
  await pool.query(insertChange, [minutesAgo(60), 'a', ['KPI a added', 'KPI b added']])
  const { changes } = await charts(pool, kpis, { from, to, service: 's' }, options)
  expect(changes).toEqual([
    {
      kind: 'configuration',
      at: minutesAgo(60).getTime() / 1_000,
      by: 'bob',
      what: 'KPI a added; KPI b added',
    },
    { kind: 'deployment', at: minutesAgo(30).getTime() / 1_000, by: 'ada', what: 's 2' },
  ])
})
