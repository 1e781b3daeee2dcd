import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type pg from 'pg'
import { compareMeasurements, estimateText } from '../../src/analysis/compare.js'
import { createPartitions, dayOf } from '../../src/database/partitions.js'
import { createPool } from '../../src/index.js'
import { storeMeasurements } from '../../src/measurements/store.js'
import { randomOf } from '../plumbing/autoregressive.js'
import { startTestPostgres, type TestPostgres } from '../plumbing/postgres.js'
import { all, sample } from './sampled.js'

let postgres: TestPostgres
let pool: pg.Pool

beforeAll(async () => {
  postgres = await startTestPostgres()
  pool = createPool(await postgres.newDatabase())
}, 120_000)

afterAll(async () => {
  await pool?.end()
  await postgres?.stop()
}, 60_000)

async function one<Row>(question: string, values: unknown[]): Promise<Row> {
  const { rows } = await pool.query(question, values)
  return rows[0] as Row
}

describe('statistics of weighted values', () => {
  test.each([
    ['one value', [3], [1], { mean: 3, error: 0 }],
    ['weights of 1 are a plain mean without error', [1, 2, 6], [1, 1, 1], { mean: 3, error: 0 }],
    // (1 + 9 x 3) / 10; sqrt(0 + 9 x 8 x 0.2^2) / 10
    ['each value counts by its weight', [1, 3], [1, 9], { mean: 2.8, error: Math.sqrt(72 * 0.04) / 10 }],
    // Of equal values no chance makes a difference.
    ['equal values', [2, 2, 2], [10, 10, 1], { mean: 2, error: 0 }],
  ])('mean: %s', async (_, given, weights, expected) => {
    const found = await one<typeof expected>('SELECT * FROM weighted_mean($1::float8[], $2::float8[])', [
      given,
      weights,
    ])
    expect(found.mean).toBeCloseTo(expected.mean, 12)
    expect(found.error).toBeCloseTo(expected.error, 12)
  })

  test.each([
    ['one value', [3], [1], 0.5, { value: 3, low: 3, high: 3 }],
    ['weights of 1 are exact', [4, 1, 3, 2], [1, 1, 1, 1], 0.5, { value: 2, low: 2, high: 2 }],
    [
      'rare values do not move a median',
      [0.2, 9, 9, 9],
      [10, 1, 1, 1],
      0.5,
      { value: 0.2, low: null, high: null },
    ],
    ['equal values count together', [1, 1, 2], [3, 3, 4], 0.6, { value: 1, low: null, high: null }],
    [
      'an end beyond everything that was kept is unknown',
      [1, 2, 3, 4],
      [10, 10, 10, 10],
      0.95,
      { value: 4, low: 3, high: null },
    ],
  ])('quantile: %s', async (_, given, weights, share, expected) => {
    const found = await one('SELECT * FROM weighted_quantile($1::float8[], $2::float8[], $3)', [
      given,
      weights,
      share,
    ])
    expect(found).toEqual(expected)
  })
})

describe('20,000 operations of 0.2 s, of which 40 took 9 s, at a sample of one in ten', () => {
  const sorted = all.toSorted((a, b) => a - b)
  const truth = {
    mean: all.reduce((sum, value) => sum + value, 0) / all.length,
    median: sorted[all.length / 2 - 1] as number,
    p95: sorted[0.95 * all.length - 1] as number,
  }
  const at = new Date('2030-06-10T12:00:00Z')
  const scope = { from: new Date(at.getTime() - 60_000), to: at }
  let stored = 0
  const store = async (
    operation: string,
    sampling: number,
    kept: readonly { value: number; weight: number }[],
  ) => {
    stored++
    await createPartitions(pool, 'measurements', [dayOf(at)])
    await storeMeasurements(
      pool,
      kept.map(({ value, weight }, i) => ({
        id: `${stored.toString(16).padStart(8, '0')}${i.toString(16).padStart(24, '0')}`,
        at,
        kpi: 'latency',
        value,
        outcome: null,
        ...{ service: 'memory', model: 'a', contextSize: '8192', operation },
        severity: value >= 5 ? 'warning' : null,
        ...{ weight, sampling, traceId: null, spanId: null, metadata: {} },
      })),
    )
    const rows = await compareMeasurements(pool, scope, 'latency')
    const own = rows.find((row) => row.operation === operation)
    if (own === undefined) throw new Error('not there')
    return own
  }

  test('the answer is the truth, within the error that it states', async () => {
    const kept = sample(0.1, randomOf(3))
    const found = await store('search', 0.1, kept)
    expect(found).toMatchObject({ measurements: kept.length, breaches: 40, sampled: kept.length - 40 })
    const within = (low: number | null, value: number, high: number | null) =>
      low !== null && high !== null && low <= value && value <= high
    expect(within(found.median_low, truth.median, found.median_high)).toBe(true)
    expect(within(found.p95_low, truth.p95, found.p95_high)).toBe(true)
    expect(Math.abs((found.mean ?? 0) - truth.mean)).toBeLessThan(2 * (found.mean_error ?? 0))
    // Errors that say something: a hundredth of the mean, some hundredths of the median.
    expect(found.mean_error).toBeLessThan(0.01)
    expect((found.median_high ?? 1) - (found.median_low ?? 0)).toBeLessThan(0.02)
    expect(Math.abs((found.stands_for ?? 0) - all.length)).toBeLessThan(4 * Math.sqrt(all.length * 9))
    expect(found.estimate_of).toBe(
      `about ${Math.round(found.stands_for ?? 0).toLocaleString('en-US')} measurements, of which ${kept.length.toLocaleString('en-US')} were kept`,
    )
  })

  test('where everything is kept, the answer is exact', async () => {
    const found = await store(
      'all of it',
      1,
      sample(1, () => 0),
    )
    expect(found).toMatchObject({ median: truth.median, median_low: truth.median, median_high: truth.median })
    expect(found).toMatchObject({
      p95: truth.p95,
      mean_error: 0,
      stands_for: 20_000,
      estimate_of: 'all 20,000 measurements',
    })
    expect(found.mean).toBeCloseTo(truth.mean, 9)
  })

  test.each([
    ['no sample', 0],
    ['a sample of nine', 9],
  ])('breaches beside %s say nothing of the rest', async (name, size) => {
    const kept = sample(0.1, randomOf(5))
    const few = [
      ...kept.filter(({ weight }) => weight === 1),
      ...kept.filter(({ weight }) => weight > 1).slice(0, size),
    ]
    const found = await store(name, 0.1, few)
    expect(found).toMatchObject({
      breaches: 40,
      sampled: size,
      stands_for: null,
      mean: null,
      median: null,
      p95: null,
    })
    expect(found.estimate_of).toBe(`unknown: ${40 + size} kept, too few of them a sample`)
  })
})

test.each([
  [{ measurements: 5, stands_for: 5 }, 'all 5 measurements'],
  [{ measurements: 431, stands_for: 4_200.4 }, 'about 4,200 measurements, of which 431 were kept'],
  [{ measurements: 3, stands_for: null }, 'unknown: 3 kept, too few of them a sample'],
])('what an estimate is of: %j', (figures, expected) => {
  expect(estimateText(figures)).toBe(expected)
})
