import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { startTogether } from '../../../../test/harness/started.js'
import { createPool } from '../../src/index.js'
import { createPrometheusClient } from '../../src/prometheus/client.js'
import { keyOf, overallRows, withOverall } from '../../src/snapshots/overall.js'
import type { SnapshotRow } from '../../src/snapshots/row.js'
import { storeInstants } from '../../src/snapshots/store.js'
import { takeSnapshot, takeSnapshots } from '../../src/snapshots/take.js'
import { intervalsOf } from '../../src/snapshots/timing.js'
import { startTestPostgres, type TestPostgres } from '../plumbing/postgres.js'
import { startTestPrometheus, type TestPrometheus } from '../plumbing/prometheus.js'
import { snapshotRow } from '../plumbing/snapshot-row.js'
import { waitFor } from '../plumbing/wait-for.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const { kpis } = defineConfig({
  kpis: { latency: { overrides: [{ operation: 'store', statistic: 'p50', thresholds: {} }] } },
})

const row = (kpi: string, operation: string, figures: Partial<SnapshotRow>): SnapshotRow => ({
  ...snapshotRow,
  value: null,
  samples: null,
  kpi,
  operation,
  ...figures,
})

describe('a row over all operations', () => {
  const none = new Map()

  test('is made from counts and sums, not from averages', () => {
    const rows = [
      row('token_usage', 'search', { value: 1_202.5, mean: 1_202.5, samples: 40, max: 1_500 }),
      row('token_usage', 'generate', { value: 22_000, mean: 22_000, samples: 20, max: 25_000 }),
    ]
    const [overall, ...others] = overallRows(rows, none, kpis)
    expect(others).toEqual([])
    expect(overall).toMatchObject({ value: 8_135, mean: 8_135, samples: 60, max: 25_000, p95: null })
    // Its series is one of the place's, and always the same.
    expect(overall?.operation).toBe('generate')
  })

  test('is not there where a KPI has one operation', () => {
    expect(overallRows([row('f1_score', 'search', { value: 0.9, samples: 9 })], none, kpis)).toEqual([])
  })

  test('has the quantiles of all buckets together', () => {
    const rows = ['search', 'generate'].map((operation) =>
      row('latency', operation, { value: 1, samples: 10, mean: 1, p50: 1, p95: 1, p99: 1, max: 2 }),
    )
    const quantiles = new Map([[keyOf(rows[0] as SnapshotRow), { p50: 2, p95: 3, p99: Number.NaN }]])
    expect(overallRows(rows, quantiles, kpis)).toMatchObject([{ value: 3, p50: 2, p95: 3, p99: null }])
  })

  test.each<[string, SnapshotRow[], object]>([
    [
      'where one operation is unknown',
      [
        row('f1_score', 'search', { value: 0.9, mean: 0.9, samples: 9 }),
        row('f1_score', 'generate', { samples: 2 }),
      ],
      { value: null, mean: null, samples: 11, max: null },
    ],
    [
      'where a count is unknown',
      [
        row('f1_score', 'search', { value: 0.9, mean: 0.9, samples: 9 }),
        row('f1_score', 'generate', { value: 0.5, mean: 0.5 }),
      ],
      { value: null, mean: null, samples: null },
    ],
    [
      'where operations are judged by different statistics',
      ['search', 'store'].map((operation) =>
        row('latency', operation, { value: 1, samples: 3, mean: 1, p95: 1 }),
      ),
      { value: null, mean: 1, samples: 6 },
    ],
  ])('is NULL %s', (_, rows, expected) => {
    expect(overallRows(rows, none, kpis)).toMatchObject([expected])
  })

  test('leaves out an operation that was not used, and is that of the worst gauge', () => {
    const used = row('f1_score', 'search', { value: 0.9, mean: 0.9, samples: 9 })
    const unused = row('f1_score', 'generate', { samples: 0 })
    // Where nothing came, its value stands.
    const idle = row('f1_score', 'store', { value: 0.4 })
    expect(overallRows([used, unused, idle], none, kpis)).toMatchObject([
      { value: 0.9, mean: 0.9, samples: 9 },
    ])
    expect(overallRows([idle, unused], none, kpis)).toMatchObject([
      { value: null, mean: null, samples: null },
    ])
    const gauges = [3, 7].map((value, i) => row('memory_usage', `${i}`, { value, samples: 1 }))
    expect(overallRows(gauges, none, kpis)).toMatchObject([{ value: 7 }])
  })
})

describe('with real servers', () => {
  const config = defineConfig({ scrapeInterval: '1s', snapshotInterval: '1s', alertCheckInterval: '1s' })
  const { latency, f1_score } = config.kpis
  let postgres: TestPostgres
  let prometheus: TestPrometheus

  beforeAll(async () => {
    ;[postgres, prometheus] = await startTogether(startTestPostgres(), startTestPrometheus())
  }, 120_000)
  afterAll(async () => {
    await Promise.all([postgres?.stop(), prometheus?.stop()])
  }, 60_000)

  /** Nine tenths of the writes within 0.1 s; all searches between 20 and 40 s. */
  const counted = {
    store: { samples: 960, mean: 0.05, p50: 0.05, p95: 0.095, p99: 0.099, max: 0.1, beyond: 0 },
    search: { samples: 40, mean: 30, p50: 30, p95: 39, p99: 39.8, max: 40, beyond: 40 },
  }

  test('a place with several operations is one row of the specification, instant by instant as in a range', async () => {
    const { current, samples, mean, quantile, max, buckets } = names.recordedSeries
    const lines = Object.entries(counted).flatMap(([operation, figures]) => {
      const at = `model="a",context_size="8192",operation="${operation}"`
      const within = figures.samples - figures.beyond
      return [
        `${current(latency)}{${at}} ${figures.p95}`,
        `${samples(latency)}{${at}} ${figures.samples}`,
        `${mean(latency)}{${at}} ${figures.mean}`,
        `${max(latency)}{${at}} ${figures.max}`,
        ...(['p50', 'p95', 'p99'] as const).map(
          (name) => `${quantile(latency, name)}{${at}} ${figures[name]}`,
        ),
        `${buckets(latency)}{${at},le="0.1"} ${within}`,
        `${buckets(latency)}{${at},le="20.0"} ${within}`,
        `${buckets(latency)}{${at},le="40"} ${figures.samples}`,
        `${buckets(latency)}{${at},le="+Inf"} ${figures.samples}`,
      ]
    })
    lines.push(`${current(f1_score)}{model="a",context_size="8192",operation="search"} 0.9`)
    prometheus.expose(`${lines.join('\n')}\n`)
    const client = createPrometheusClient({ url: prometheus.url })
    const intervals = intervalsOf(config)
    const newest = () => Math.floor((Date.now() - 2_000) / 1_000) * 1_000
    const at = await waitFor(async () => {
      const instant = await takeSnapshot(client, new Date(newest() - 2_000), intervals)
      return 'rows' in instant && instant.rows.length === 3 && instant.at
    })
    const range = { from: at, to: new Date(at.getTime() + 2_000), stepSeconds: 1 }
    const instants = await withOverall(client, await takeSnapshots(client, range, intervals), 1, kpis)
    const apart = await Promise.all(
      instants.map(async (instant) =>
        withOverall(client, [await takeSnapshot(client, instant.at, intervals)], 1, kpis),
      ),
    )
    expect(instants).toEqual(apart.flat())

    const pool = createPool(await postgres.newDatabase())
    expect(await storeInstants(pool, instants)).toBe(9)
    const { rows } = await pool.query(
      'SELECT model, context_size, f1_score, metadata, distributions FROM performance_snapshots WHERE "timestamp" = $1',
      [at],
    )
    expect(rows).toEqual([
      {
        model: 'a',
        context_size: 8_192,
        f1_score: 0.9,
        metadata: {
          service: 'memory',
          context_size: '8192',
          operations: { f1_score: 'search', latency: null },
          samples: { f1_score: null, latency: 1_000 },
        },
        distributions: {
          f1_score: expect.anything(),
          // 960 of 1,000 operations took at most 0.1 s: the 950th lies in that bucket, the 990th among the searches.
          latency: {
            count: 1_000,
            mean: (960 * 0.05 + 40 * 30) / 1_000,
            p50: expect.closeTo(0.0521, 4),
            p95: expect.closeTo(0.099, 4),
            p99: expect.closeTo(35, 4),
            max: 40,
          },
        },
      },
    ])
    await pool.end()
  })
})
