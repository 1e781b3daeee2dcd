import { beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import pg from 'pg'
import { createPartitions } from '../../src/database/partitions.js'
import { inTransaction } from '../../src/database/pool.js'
import { copyRows, type PlacedRow } from '../../src/snapshots/copy.js'
import { ownDatabase } from '../plumbing/database.js'
import { waitFor } from '../plumbing/wait-for.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const database = ownDatabase()

beforeAll(() => createPartitions(database.pool, 'snapshots', ['19991231', '20261231']))

beforeEach(async () => {
  await database.pool.query('TRUNCATE snapshots')
})

const at = new Date('2026-12-31T23:59:59.999Z')
const place = { service: 'memory', model: 'a', contextSize: '8192', operation: 'search' }
const unknown = { value: null, samples: null, mean: null, p50: null, p95: null, p99: null, max: null }

const row = (kpi: string, seriesId: number, figures: object = {}, instant = at): PlacedRow => ({
  at: instant,
  seriesId,
  row: { ...place, kpi, ...unknown, ...figures },
})

const store = (rows: Iterable<PlacedRow>) =>
  inTransaction(database.pool, (client) => copyRows(client, 'snapshots', rows))

async function stored() {
  const { rows } = await database.pool.query(
    'SELECT at, series_id, kpi, value, samples, mean, p50, p95, p99, max FROM snapshots ORDER BY at, series_id, kpi',
  )
  return rows
}

test('every column comes back as it was given, unknown as NULL', async () => {
  const all = {
    value: 0.1,
    samples: 40.5,
    mean: 1 / 3,
    p50: 5e-324,
    p95: -Number.MAX_VALUE,
    p99: 0,
    max: 1e21,
  }
  const early = new Date('1999-12-31T12:00:00.001Z')
  expect(await store([row('ö_漢', 2_147_483_647, all), row('f1_score', 1, {}, early)])).toBe(2)
  expect(await stored()).toEqual([
    { at: early, series_id: 1, kpi: 'f1_score', ...unknown },
    { at, series_id: 2_147_483_647, kpi: 'ö_漢', ...all },
  ])
})

test('rows of many pieces all arrive, and an id longer than a piece too', async () => {
  const many = Array.from({ length: 5_000 }, (_, i) => row('latency', i, { value: i }))
  expect(await store([...many, row('x'.repeat(2_000), 1)])).toBe(5_001)
  const { rows } = await database.pool.query(
    "SELECT sum(value), count(*)::int AS n FROM snapshots WHERE kpi = 'latency'",
  )
  expect(rows).toEqual([{ sum: (4_999 * 5_000) / 2, n: 5_000 }])
})

test('a row that is there already, or of a day without a partition, lets none in', async () => {
  await store([row('latency', 1)])
  await expect(store([row('latency', 2), row('latency', 1)])).rejects.toMatchObject({ code: '23505' })
  const elsewhere = new Date('2030-01-01T00:00:00Z')
  await expect(store([row('latency', 3), row('latency', 4, {}, elsewhere)])).rejects.toMatchObject({
    code: '23514',
  })
  expect(await stored()).toHaveLength(1)
})

test('a source that fails half-way lets none in, and the next transaction works', async () => {
  function* failing() {
    for (let i = 0; i < 3_000; i++) yield row('latency', i)
    throw new Error('no more')
  }
  await expect(store(failing())).rejects.toThrow('no more')
  expect(await store([row('latency', 1)])).toBe(1)
})

test('a connection that ends meanwhile is an error, and nothing worse', async () => {
  const blocker = new pg.Client({ connectionString: database.databaseUrl })
  await blocker.connect()
  await blocker.query('BEGIN; LOCK TABLE snapshots IN ACCESS EXCLUSIVE MODE')
  const storing = store([row('latency', 1)]).then(
    () => 'stored',
    (error: unknown) => error,
  )
  const waiting = "FROM pg_stat_activity WHERE query LIKE 'COPY%' AND wait_event_type = 'Lock'"
  await waitFor(async () => ((await database.pool.query(`SELECT ${waiting}`)).rowCount ?? 0) > 0)
  await database.pool.query(`SELECT pg_terminate_backend(pid) ${waiting}`)
  expect(await storing).toBeInstanceOf(Error)
  await blocker.query('ROLLBACK')
  await blocker.end()
  expect(await store([row('latency', 1)])).toBe(1)
})
