import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type pg from 'pg'
import { kpiSeries } from '../../src/dashboard/series.js'
import { planSteps } from '../../src/dashboard/steps.js'
import { createPartitions, daysBetween } from '../../src/database/partitions.js'
import { createPool } from '../../src/index.js'
import { fiveMinutes, rollUp, sixHours } from '../../src/snapshots/rollup.js'
import { startTestPostgres, type TestPostgres } from '../plumbing/postgres.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const hourMs = 3_600_000
const to = new Date('2030-06-11T12:10:00Z')
const from = new Date(to.getTime() - 36 * hourMs)
const scope = { from, to }

let postgres: TestPostgres

beforeAll(async () => {
  postgres = await startTestPostgres()
})

afterAll(() => postgres?.stop())

async function history(): Promise<pg.Pool> {
  const pool = createPool(await postgres.newDatabase())
  await createPartitions(pool, 'snapshots', daysBetween(from, to))
  await pool.query(
    "INSERT INTO series (service, model, context_size) VALUES ('s', 'a', '1'), ('s', 'b', '1')",
  )
  await pool.query(
    `INSERT INTO snapshots (at, series_id, kpi, value)
     SELECT at, id, kpi, CASE WHEN extract(hour FROM at) <> 7 THEN id + sin(extract(epoch FROM at)) END
     FROM generate_series($1::timestamptz, $2, '10 min') AS at, series, unnest(ARRAY['f1_score', 'latency']) AS kpi`,
    [from, to],
  )
  // The rows of a far larger history.
  await pool.query(
    `INSERT INTO snapshot_instants (at, rows) SELECT at, 20000 FROM generate_series($1::timestamptz, $2, '10 min') AS at`,
    [from, to],
  )
  return pool
}

describe('steps', () => {
  const minute = 60
  let rolledUp: pg.Pool

  beforeAll(async () => {
    rolledUp = await history()
    while ((await rollUp(rolledUp, to)) > 0);
    while ((await rollUp(rolledUp, to, fiveMinutes)) > 0);
    while ((await rollUp(rolledUp, to, sixHours)) > 0);
  })
  afterAll(() => rolledUp?.end())

  test.each<
    [string, seconds: number, hours: number, mostPoints: number, mostRows: number, step: number, from: string]
  >([
    ['a few rows of a long time', 10 * minute, 36, 100, 1e9, 1_800, 'rows'],
    ['many rows of a long time', 10 * minute, 36, 100, 1_000, 3_600, 'hours'],
    ['many rows of a short time', 10 * minute, 6, 100, 1_000, 600, 'rows'],
    ['steps of an hour anyway', 10 * minute, 36, 10, 1e9, 14_400, 'hours'],
    ['a few rows, close together', minute, 6, 100, 1e9, 240, 'rows'],
    ['many rows of a short time, close together', minute, 6, 100, 1_000, 300, 'five minutes'],
    ['many rows of a long time, close together', minute, 36, 100, 1_000, 3_600, 'hours'],
    ['rows that are few when added up', minute, 36, 100, 4e6, 1_500, 'five minutes'],
    ['many rows of weeks', minute, 240, 100, 1_000, 21_600, 'six hours'],
    ['steps of six hours anyway', 10 * minute, 240, 20, 1e9, 64_800, 'six hours'],
    ['many rows of an hour', minute, 0.9, 100, 1_000, 60, 'rows'],
  ])('for %s are as they should be', async (_, intervalSeconds, hours, mostPoints, mostRows, step, from) => {
    const part = { from: new Date(to.getTime() - hours * hourMs), to }
    const plan = await planSteps(rolledUp, part, { intervalSeconds, mostPoints, mostRows })
    expect(plan.stepSeconds).toBe(step)
    const { sources } = plan
    const six = sources.sixHours.length > 0 ? 'six hours' : undefined
    expect(
      six ?? (sources.hours.length > 0 ? 'hours' : sources.fiveMinutes.length > 0 ? 'five minutes' : 'rows'),
    ).toBe(from)
  })
})

describe('the curves of a KPI', () => {
  let pool: pg.Pool
  afterEach(() => pool?.end())

  test('say the same whether hours are rolled up or read row by row', async () => {
    pool = await history()
    const options = { kpi: 'latency', intervalSeconds: 600, mostPoints: 1_000, mostSeries: 2 }
    const read = async () => {
      const { series, ...rest } = await kpiSeries(pool, scope, options)
      const digits = (value: number) => Number(value.toPrecision(12))
      return {
        ...rest,
        series: series.map((each) => ({ ...each, points: each.points.map((p) => p.map(digits)) })),
      }
    }
    const byRow = await read()
    while ((await rollUp(pool, to)) > 0);
    // Were it still read row by row, this would show.
    await pool.query('DELETE FROM snapshots WHERE at >= $1 AND at < $2', [
      new Date(from.getTime() + 2 * hourMs),
      new Date(to.getTime() - 2 * hourMs),
    ])
    expect(await read()).toEqual(byRow)
    expect(byRow).toMatchObject({ kpi: 'latency', step_seconds: 3_600 })
    expect(byRow.series.map(({ model, points }) => [model, points.length])).toEqual([
      ['a', 35],
      ['b', 35],
    ])
  })

  test('are drawn from all of a young history, however long the window', async () => {
    pool = await history()
    const options = { kpi: 'latency', intervalSeconds: 600, mostPoints: 1_000, mostSeries: 2 }
    await pool.query('DELETE FROM snapshot_instants WHERE at < $1', [new Date(to.getTime() - 2 * hourMs)])
    const month = { from: new Date(to.getTime() - 720 * hourMs), to }
    expect(await kpiSeries(pool, month, options)).toMatchObject({ step_seconds: 600 })
  })

  test('from before the snapshots that are kept come from the hours that are kept longer', async () => {
    pool = await history()
    const options = { kpi: 'latency', intervalSeconds: 600, mostPoints: 1_000, mostSeries: 2 }
    while ((await rollUp(pool, to)) > 0);
    const kept = new Date(to.getTime() - 12 * hourMs)
    await pool.query('DELETE FROM snapshots WHERE at < $1', [kept])
    await pool.query('DELETE FROM snapshot_instants WHERE at < $1', [kept])
    const pointsOf = async (part: { from: Date; to: Date }) => {
      const { step_seconds, series } = await kpiSeries(pool, part, options)
      return { step_seconds, points: series.map(({ points }) => points.length) }
    }
    expect(await pointsOf(scope)).toEqual({ step_seconds: 3_600, points: [34, 34] })
    const before = { from, to: new Date(from.getTime() + 4 * hourMs) }
    expect(await pointsOf(before)).toEqual({ step_seconds: 3_600, points: [3, 3] })
  })
})
