import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import type pg from 'pg'
import { compareWeeks } from '../../src/analysis/compare.js'
import { dashboardData } from '../../src/dashboard/dashboard.js'
import { rememberDashboards } from '../../src/dashboard/remember.js'
import { sourcesOf } from '../../src/dashboard/sources.js'
import { createPool } from '../../src/index.js'
import { fiveMinutes, hours, rollUp, sixHours } from '../../src/snapshots/rollup.js'
import { type SnapshotRow, snapshotRows } from '../../src/snapshots/row.js'
import { storeInstants } from '../../src/snapshots/store.js'
import { startTestPostgres, type TestPostgres } from '../plumbing/postgres.js'
import { snapshotRow } from '../plumbing/snapshot-row.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const hourMs = 3_600_000
const start = Date.UTC(2026, 2, 10, 0, 30)

let postgres: TestPostgres
let pool: pg.Pool
let databaseUrl: string

beforeAll(async () => {
  postgres = await startTestPostgres()
}, 60_000)

afterAll(() => postgres?.stop(), 60_000)

beforeEach(async () => {
  databaseUrl = await postgres.newDatabase()
  pool = createPool(databaseUrl)
})

const row = (model: string, kpi: string, value: number | null): SnapshotRow => ({
  ...snapshotRow,
  model,
  kpi,
  value,
})

/** A snapshot every ten minutes for 20 hours; model b appears half-way, and its latency is never known. */
async function fill(): Promise<void> {
  const instants = Array.from({ length: 121 }, (_, i) => ({
    at: new Date(start + i * 600_000),
    rows: [
      row('a', 'f1_score', 0.9),
      row('a', 'latency', 1 + i / 100),
      ...(i >= 60 ? [row('b', 'f1_score', 0.5), row('b', 'latency', null)] : []),
    ],
  }))
  await storeInstants(pool, instants)
}

const scope = { from: new Date(start), to: new Date(start + 20 * hourMs) }
const config = defineConfig({ snapshotInterval: '4m' })

async function numbers() {
  const { summary, model_performance, operation_performance, trends, recent_snapshots } = await dashboardData(
    pool,
    config,
    scope,
  )
  return { summary, model_performance, operation_performance, trends, recent_snapshots }
}

test('unlike operations of a model have means of their own', async () => {
  const of = (operation: string, value: number) => ({ ...row('a', 'token_usage', value), operation })
  const rows = [of('search', 1_202.5), of('generate', 22_000), of('probe_search', 900)]
  await storeInstants(pool, [{ at: new Date(start), rows }])
  const { model_performance, operation_performance } = await numbers()
  expect(model_performance).toMatchObject({ a: { count: 3 } })
  expect(
    operation_performance.map(({ operation, figures }) => [
      operation,
      figures.count,
      figures.avg_token_usage,
    ]),
  ).toEqual([
    ['generate', 1, 22_000],
    ['probe_search', 1, 900],
    ['search', 1, 1_202.5],
  ])
  await pool.end()
})

test('the summary is what the snapshots come to, by model and all together, with unknown values as null', async () => {
  await fill()
  const { summary, model_performance } = await numbers()
  expect(summary).toMatchObject({
    total_snapshots: 121 + 61,
    min_f1_score: 0.5,
    max_f1_score: 0.9,
    max_latency: 2.2,
    avg_memory_usage: null,
    min_token_usage: null,
  })
  expect(summary.avg_f1_score).toBeCloseTo((121 * 0.9 + 61 * 0.5) / 182)
  expect(model_performance).toMatchObject({ a: { count: 121 }, b: { count: 61, avg_latency: null } })
  expect(model_performance.b?.avg_f1_score).toBeCloseTo(0.5)
  await pool.end()
})

test('roll-ups change no number, neither when they are complete nor when an hour got another snapshot', async () => {
  await fill()
  const before = await numbers()
  expect(await rollUp(pool, new Date(start + 19 * hourMs))).toBe(19)
  expect(await rollUp(pool, new Date(start + 19 * hourMs))).toBe(0)
  const close = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value), (_, v) => (typeof v === 'number' ? Number(v.toPrecision(12)) : v))
  expect(close(await numbers())).toEqual(close(before))
  expect(await rollUp(pool, new Date(start + 19 * hourMs), sixHours)).toBeGreaterThan(1)
  expect(close(await numbers())).toEqual(close(before))

  const late = new Date(start + 5 * hourMs + 1_000)
  await storeInstants(pool, [{ at: late, rows: [row('a', 'f1_score', 0.1)] }])
  expect((await numbers()).summary.min_f1_score).toBe(0.1)
  // Six hours are made of hours: they wait for this one.
  for (const [level, parts] of [[sixHours, 0] as const, [hours, 1] as const, [sixHours, 1] as const]) {
    expect(await rollUp(pool, new Date(start + 19 * hourMs), level)).toBe(parts)
    expect((await numbers()).summary).toMatchObject({ min_f1_score: 0.1, total_snapshots: 183 })
  }
  await pool.end()
})

test('sums are never replaced by those of less: hours outlive their snapshots, of which a few may come back', async () => {
  await fill()
  while ((await rollUp(pool, new Date(start + 19 * hourMs))) > 0);
  while ((await rollUp(pool, new Date(start + 19 * hourMs), fiveMinutes)) > 0);
  const before = (await numbers()).summary
  const at = new Date(start + 5 * hourMs)
  const day = [new Date(start), new Date(start + 18 * hourMs)]
  for (const table of ['snapshots', 'snapshot_instants']) {
    await pool.query(`DELETE FROM ${table} WHERE at >= $1 AND at < $2`, day)
  }
  await storeInstants(pool, [{ at, rows: [row('a', 'f1_score', 0.9)] }])
  expect(await rollUp(pool, new Date(start + 19 * hourMs))).toBe(1)
  const { total_snapshots, avg_f1_score, min_f1_score, avg_latency, max_latency } = (await numbers()).summary
  expect(total_snapshots).toBe(before.total_snapshots)
  expect(avg_f1_score).toBeCloseTo(before.avg_f1_score ?? 0, 9)
  expect(min_f1_score).toBe(before.min_f1_score)
  expect(avg_latency).toBeCloseTo(before.avg_latency ?? 0, 9)
  expect(max_latency).toBe(before.max_latency)
  await pool.end()
})

test('rolled-up five minutes change no number, neither when they are complete nor when they got another snapshot', async () => {
  const minutes = Array.from({ length: 200 }, (_, i) => ({
    at: new Date(start + 7 * 60_000 + i * 60_000),
    rows: [
      row('a', 'f1_score', 0.9 - (i % 7) / 100),
      row('b', 'latency', i % 3 === 0 ? null : i / 100),
      ...(i % 2 === 0 ? [row('b', 'f1_score', 0.8)] : []),
    ],
  }))
  await storeInstants(pool, minutes)
  const over = new Date(start + 12 * hourMs)
  const part = { from: new Date(start + 11 * 60_000), to: new Date(start + 196 * 60_000) }
  const look = async () => {
    const { summary, model_performance, trends } = await dashboardData(pool, defineConfig(), part)
    return JSON.parse(JSON.stringify({ summary, model_performance, trends }), (_, value) =>
      typeof value === 'number' ? Number(value.toPrecision(12)) : value,
    )
  }
  const before = await look()
  expect(before.summary.total_snapshots).toBe(2 * 186)
  await rollUp(pool, over, fiveMinutes)
  expect((await sourcesOf(pool, part)).fiveMinutes).toHaveLength(36)
  expect(await look()).toEqual(before)
  await rollUp(pool, over)
  expect((await sourcesOf(pool, part)).hours).toHaveLength(2)
  expect((await sourcesOf(pool, part)).fiveMinutes).toHaveLength(12)
  expect(await look()).toEqual(before)

  const late = new Date(start + 3 * hourMs + 90_001)
  await storeInstants(pool, [{ at: late, rows: [row('a', 'f1_score', 0.1)] }])
  expect((await look()).summary).toMatchObject({ min_f1_score: 0.1, total_snapshots: 2 * 186 + 1 })
  expect(await rollUp(pool, over, fiveMinutes)).toBe(1)
  expect((await look()).summary).toMatchObject({ min_f1_score: 0.1, total_snapshots: 2 * 186 + 1 })
  await pool.end()
})

test('hours are those of UTC, whatever the time zone of the database', async () => {
  const name = (await pool.query('SELECT current_database() AS name')).rows[0].name
  await pool.query(`ALTER DATABASE ${name} SET timezone = 'Asia/Kathmandu'`)
  const other = createPool(databaseUrl)
  await fill()
  const before = await numbers()
  expect(await rollUp(other, new Date(start + 19 * hourMs))).toBe(19)
  const { rows } = await other.query(
    'SELECT DISTINCT extract(epoch FROM hour)::int % 3600 AS rest FROM rolled_up_hours',
  )
  expect(rows).toEqual([{ rest: 0 }])
  expect((await numbers()).summary.total_snapshots).toEqual(before.summary.total_snapshots)
  await other.end()
  await pool.end()
})

test('the trend of a young history is computed from all of it, however long the window', async () => {
  const instants = Array.from({ length: 12 }, (_, i) => ({
    at: new Date(start + i * 600_000),
    rows: [row('a', 'f1_score', 0.95 - i * 0.05)],
  }))
  await storeInstants(pool, instants)
  const month = { from: new Date(start - 700 * hourMs), to: new Date(start + 2 * hourMs) }
  const { trends } = await dashboardData(pool, config, month)
  expect(trends.f1_score_trend).toHaveLength(12)
  expect(trends.f1_score_direction).toBe('degrading')
  await pool.end()
})

test('a value that stands says when its newest operation was counted', async () => {
  const minutes = 40
  const instants = Array.from({ length: minutes + 1 }, (_, i) => {
    const counted = (model: string, isUsed: boolean) => ({
      ...row(model, 'f1_score', 0.9),
      samples: isUsed ? 3 : null,
      mean: isUsed ? 0.9 : null,
    })
    const rows = [counted('busy', true), counted('resting', i < 36), counted('idle', i < 2)]
    return { at: new Date(start + i * 60_000), rows }
  })
  await storeInstants(pool, instants)
  const last = async () => {
    const everyMinute = { ...config, snapshotInterval: '60s' }
    const { current } = await dashboardData(pool, everyMinute, {
      from: new Date(start),
      to: new Date(start + minutes * 60_000),
    })
    return Object.fromEntries(
      current.map(({ model, kpis }) => [model, (kpis.f1_score?.last_operation ?? 0) - start / 1_000]),
    )
  }
  // What is not rolled up yet is looked for in the newest snapshots only.
  expect(await last()).toEqual({ busy: 2_400, resting: 2_100, idle: -start / 1_000 })
  await rollUp(pool, new Date(start + 2 * hourMs), fiveMinutes)
  expect(await last()).toEqual({ busy: 2_400, resting: 2_100, idle: 300 })
  await pool.end()
})

test('models and KPIs have any name, also one that objects have of themselves', async () => {
  const rows = [row('__proto__', 'constructor', 0.5), row('toString', 'f1_score', 0.9)]
  await storeInstants(pool, [{ at: new Date(start), rows }])
  const data = await dashboardData(pool, config, { from: new Date(start - 1), to: new Date(start + 1) })
  expect(Object.keys(data.model_performance).toSorted()).toEqual(['__proto__', 'toString'])
  expect(data.current.map(({ kpis }) => Object.keys(kpis))).toEqual([['constructor'], ['f1_score']])
  await pool.end()
})

test('numbers beyond all measure keep nothing from being added up or compared', async () => {
  const name = (kpi: string) => `job_model_context_size_operation:mnemoscope_${kpi}:current`
  const labels = { job: 'memory', model: 'a', context_size: '8192' }
  const rowsWith = (latency: number) =>
    snapshotRows([
      { labels: { ...labels, __name__: name('latency') }, value: latency },
      { labels: { ...labels, __name__: name('f1_score') }, value: 0.9 },
    ])
  const week = 168 * hourMs
  const given: [at: number, latency: number][] = [
    [start, Number.MAX_VALUE],
    [start + 600_000, Number.MAX_VALUE],
    [start - week, 5e-324],
    [start - week + 600_000, 1e-308],
  ]
  await storeInstants(
    pool,
    given.map(([at, latency]) => ({ at: new Date(at), rows: rowsWith(latency) })),
  )
  const two = { from: new Date(start), to: new Date(start + hourMs) }
  expect((await dashboardData(pool, config, two)).summary).toMatchObject({
    avg_latency: null,
    avg_f1_score: 0.9,
  })
  expect(await rollUp(pool, new Date(start + 2 * hourMs))).toBe(2)
  expect(await compareWeeks(pool, config.kpis, two, 'latency')).toHaveLength(1)
  await pool.end()
})

test('an empty database has no numbers, and no zeros in their place', async () => {
  const data = await dashboardData(pool, config, scope)
  expect(data.summary).toMatchObject({ total_snapshots: 0, avg_f1_score: null, min_latency: null })
  expect(data).toMatchObject({ model_performance: {}, recent_snapshots: [], current: [], last_instant: null })
  expect(data.trends).toMatchObject({ f1_score_trend: [], f1_score_direction: 'unknown' })
  await pool.end()
})

test('remembered data is that of the newest snapshot, and alerts are never remembered', async () => {
  await fill()
  const dashboardOf = rememberDashboards(pool, config)
  const first = await dashboardOf(scope)
  expect((await dashboardOf(scope)).current).toBe(first.current)
  await storeInstants(pool, [{ at: new Date(start + 1_000), rows: [row('c', 'f1_score', 0.2)] }])
  const second = await dashboardOf(scope)
  expect(second.summary.total_snapshots).toBe((first.summary.total_snapshots ?? 0) + 1)
  await pool.query(
    `INSERT INTO alert_episodes (cluster, fingerprint, alertname, starts_at, summary, labels, annotations)
     VALUES ('default', 'a', 'A', $1, 'An alert', '{}', '{}')`,
    [scope.from],
  )
  expect((await dashboardOf(scope)).open_alerts.map(({ message }) => message)).toEqual(['An alert'])
  await pool.end()
})

test('all parts are of the same snapshots, also while more are stored', async () => {
  const dashboardOf = rememberDashboards(pool, config)
  const minute = { from: new Date(start), to: new Date(start + 60_000) }
  let isStoring = true
  const storing = (async () => {
    for (let i = 1; i <= 12; i++) {
      await storeInstants(pool, [{ at: new Date(start + i * 1_000), rows: [row('a', 'f1_score', 0.5)] }])
      await wait(100)
    }
    isStoring = false
  })()
  const seen = new Set<number>()
  while (isStoring) {
    const { summary, last_instant: last, recent_snapshots: recent, current } = await dashboardOf(minute)
    const stored = last === null ? 0 : last - start / 1_000
    seen.add(stored)
    expect([summary.total_snapshots, recent.length]).toEqual([stored, stored])
    expect([recent[0]?.timestamp, current[0]?.timestamp]).toEqual(
      last === null ? [undefined, undefined] : [last, last],
    )
  }
  await storing
  expect(seen.size).toBeGreaterThan(2)
  await pool.end()
})
