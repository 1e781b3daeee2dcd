import { describe, expect, jest, test } from '@jest/globals'
import { quantileOf } from '@mnemoscope/kpi'
import { type Buckets, bucketsOf } from '../../src/snapshots/buckets.js'
import { fiveMinutes, rollUp } from '../../src/snapshots/rollup.js'
import { snapshotRows } from '../../src/snapshots/row.js'
import { storeInstants } from '../../src/snapshots/store.js'
import { randomOf } from '../plumbing/autoregressive.js'
import { ownDatabase } from '../plumbing/database.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const database = ownDatabase()
const { POSITIVE_INFINITY: beyond } = Number

describe('buckets', () => {
  test.each<[string, [number, number][], Buckets | undefined]>([
    [
      'in any order',
      [
        [beyond, 4],
        [1, 1],
        [2, 4],
      ],
      [
        [1, 1],
        [2, 3],
      ],
    ],
    [
      'beyond the last boundary',
      [
        [2, 1],
        [beyond, 3],
      ],
      [
        [2, 1],
        [beyond, 2],
      ],
    ],
    [
      'that are off in their last digits',
      [
        [1, 0.9999999999],
        [beyond, 2.0000000001],
      ],
      [
        [1, 1],
        [beyond, 1],
      ],
    ],
    [
      'of two sets of boundaries',
      [
        [1, 5],
        [2, 3],
        [beyond, 9],
      ],
      undefined,
    ],
    [
      'without all operations',
      [
        [1, 5],
        [2, 6],
      ],
      undefined,
    ],
    [
      'of a label that is no number',
      [
        [Number.NaN, 1],
        [beyond, 1],
      ],
      undefined,
    ],
    ['of more than could be added up', [[beyond, 1e8]], undefined],
    ['without any operation', [[beyond, 0]], undefined],
  ])('%s', (_, upTo, expected) => {
    expect(bucketsOf(upTo)).toEqual(expected)
  })

  test('belong to the row of their place, unless its boundaries have just changed', () => {
    const labels = { job: 'memory', model: 'a', context_size: '8192', operation: 'search' }
    const prefix = 'job_model_context_size_operation'
    const of = (field: string, value: number) => ({
      labels: { ...labels, __name__: `${prefix}:mnemoscope_latency:${field}` },
      value,
    })
    const buckets = [
      ['0.5', 2],
      ['+Inf', 3],
    ].map(([le, value]) => ({
      labels: { ...labels, le: le as string, __name__: `${prefix}_le:mnemoscope_latency_bucket:increase` },
      value: value as number,
    }))
    expect(snapshotRows([of('samples', 3), of('p50', 0.4)], buckets)).toMatchObject([
      {
        kpi: 'latency',
        samples: 3,
        buckets: [
          [0.5, 2],
          [beyond, 1],
        ],
      },
    ])
    expect(snapshotRows([of('samples', 3)], buckets)[0]).not.toHaveProperty('buckets')
    expect(snapshotRows([of('current', 0.4)], buckets)[0]).not.toHaveProperty('buckets')
  })
})

const minute = 60_000
const start = Date.UTC(2026, 2, 14, 0, 20)
const boundaries = [-1, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const place = { service: 'memory', model: 'a', contextSize: '8192', operation: 'search', kpi: 'latency' }
const unknown = { value: null, mean: null, p50: null, p95: null, p99: null, max: null }

const upperOf = (value: number) => boundaries.find((boundary) => value <= boundary) ?? beyond

function bucketsHolding(values: readonly number[]): Buckets {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(upperOf(value), (counts.get(upperOf(value)) ?? 0) + 1)
  return [...counts].sort(([a], [b]) => a - b)
}

/** The bucket that holds a quantile: what it may be, both ends included. */
function bucketOf(values: readonly number[], share: number): [low: number, high: number] {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = upperOf(sorted[Math.ceil(share * sorted.length - 1e-9) - 1] as number)
  const i = upper === beyond ? boundaries.length : boundaries.indexOf(upper)
  const [lower = Math.min(0, upper), last] = [boundaries[i - 1], boundaries.at(-1) as number]
  return upper === beyond ? [last, last] : [lower, upper]
}

test('the quantiles of a window are of all its operations, whatever it is read from', async () => {
  const random = randomOf(11)
  // Minutes with one operation and minutes with thousands, which a mean of quantiles would take for the same.
  const values = Array.from({ length: 150 }, (_, i) => {
    const count = i % 7 === 0 ? 0 : i % 5 === 0 ? 2_000 : Math.ceil(random() * 8)
    const middle = i < 70 ? 0.3 : 2
    return Array.from(
      { length: count },
      () => middle * Math.exp(1.3 * (random() + random() + random() - 1.5)) - 0.05,
    )
  })
  const instants = values.map((own, i) => ({
    at: new Date(start + i * minute),
    rows: [{ ...place, ...unknown, value: 1, samples: own.length, mean: 1, buckets: bucketsHolding(own) }],
  }))
  // Boundaries are found one after another, and two recorders at once find the same.
  await storeInstants(database.pool, instants.slice(0, 3))
  await Promise.all(
    [instants.slice(3, 80), instants.slice(80)].map((some) => storeInstants(database.pool, some)),
  )
  const now = new Date(start + 300 * minute)
  await rollUp(database.pool, now)
  await rollUp(database.pool, now, fiveMinutes)

  for (const [from, to] of [
    [0, 149],
    [0, 0],
    [3, 4],
    [1, 133],
    [37, 107],
    [41, 46],
    [80, 149],
  ] as const) {
    const inWindow = values.slice(from, to + 1).flat()
    const { rows } = await database.pool.query<Record<'p50' | 'p95' | 'p99' | 'count', number | null>>(
      'SELECT p50, p95, p99, count_of_buckets(buckets) AS count FROM compare_models($1, $2)',
      [from, to].map((i) => new Date(start + i * minute)),
    )
    const [found] = rows
    expect(found?.count ?? 0).toBe(inWindow.length)
    for (const name of ['p50', 'p95', 'p99'] as const) {
      if (inWindow.length === 0) expect(found?.[name] ?? null).toBeNull()
      else {
        const [low, high] = bucketOf(inWindow, quantileOf(name))
        expect(found?.[name]).toBeGreaterThanOrEqual(low)
        expect(found?.[name]).toBeLessThanOrEqual(high)
      }
    }
  }
  const { rows: hours } = await database.pool.query<{ hour: Date; p95: number }>(
    "SELECT hour, p95 FROM kpi_hours WHERE kpi = 'latency' ORDER BY hour",
  )
  expect(hours).toHaveLength(3)
  for (const { hour, p95 } of hours) {
    const inHour = values.filter(
      (_, i) => Math.floor((start + i * minute) / 3_600_000) * 3_600_000 === hour.getTime(),
    )
    const [low, high] = bucketOf(inHour.flat(), 0.95)
    expect(p95).toBeGreaterThanOrEqual(low)
    expect(p95).toBeLessThanOrEqual(high)
  }
})

test('a quantile lies within its bucket as the operations in it are spread, and no boundary is ever another', async () => {
  const at = (hour: number) => new Date(Date.UTC(2026, 2, 16, hour))
  const store = (hour: number, buckets: Buckets) =>
    storeInstants(database.pool, [
      {
        at: at(hour),
        rows: [{ ...place, ...unknown, kpi: 'other', value: 1, samples: 1, mean: 1, buckets }],
      },
    ])
  const quantiles = async () => {
    const { rows } = await database.pool.query<{ q: number }>(
      `SELECT quantile_of_buckets('other', sum(buckets), share) AS q
       FROM snapshots, unnest('{0.25, 0.5, 0.75, 0.9, 1}'::float8[]) AS share WHERE kpi = 'other' GROUP BY share ORDER BY share`,
    )
    return rows.map(({ q }) => q)
  }
  await store(0, [
    [1, 2],
    [2, 2],
  ])
  expect(await quantiles()).toEqual([0.5, 1, 1.5, 1.8, 2])
  // An edit of a threshold brings new boundaries between, below and beyond.
  await store(1, [
    [0.5, 4],
    [1.5, 9_999_999],
    [beyond, 1],
  ])
  expect((await quantiles()).map((q) => Number(q.toFixed(3)))).toEqual([1.125, 1.25, 1.375, 1.45, 2])
})
