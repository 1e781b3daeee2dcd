import { expect, test } from '@jest/globals'
import { snapshotRows } from '../../src/snapshots/row.js'
import { gapAt } from '../../src/snapshots/take.js'

const series = (kpi: string, field: string, labels: Record<string, string>, value: number) => ({
  labels: { __name__: `job_model_context_size_operation:mnemoscope_${kpi}:${field}`, ...labels },
  value,
})
const a = { job: 'memory', model: 'a', context_size: '8192' }
const b = { job: 'memory', model: 'b', context_size: '8192' }

test('values of different models never meet in one row', () => {
  const rows = snapshotRows([
    series('f1_score', 'current', a, 0.9),
    series('f1_score', 'current', b, 0.5),
    series('f1_score', 'samples', b, 20),
    series('f1_score', 'mean', b, 0.5),
    series('f1_score', 'max', b, 0.75),
  ])
  expect(rows).toEqual([
    {
      service: 'memory',
      model: 'a',
      contextSize: '8192',
      operation: '',
      kpi: 'f1_score',
      value: 0.9,
      samples: null,
      mean: null,
      p50: null,
      p95: null,
      p99: null,
      max: null,
    },
    {
      service: 'memory',
      model: 'b',
      contextSize: '8192',
      operation: '',
      kpi: 'f1_score',
      value: 0.5,
      samples: 20,
      mean: 0.5,
      p50: null,
      p95: null,
      p99: null,
      max: 0.75,
    },
  ])
})

test('values of different operations never meet in one row, nor with those of a metric without operations', () => {
  const operations = [{ operation: 'search' }, { operation: 'generate' }, {}]
  const rows = snapshotRows(
    operations.map((operation, i) => series('token_usage', 'current', { ...a, ...operation }, i)),
  )
  expect(rows.map(({ operation, value }) => [operation, value])).toEqual([
    ['search', 0],
    ['generate', 1],
    ['', 2],
  ])
})

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  'a value of %p is unknown, and never 0',
  (value) => {
    const [row] = snapshotRows([series('latency', 'current', a, value), series('latency', 'p99', a, 2)])
    expect(row).toMatchObject({ kpi: 'latency', value: null, p99: 2 })
  },
)

test.each([
  [1.7e308, null],
  [-1e101, null],
  [1e100, 1e100],
  [-1e-101, 0],
  [1e-100, 1e-100],
  [0, 0],
])('a value of %p is kept as %p: sums and shares of what is kept have no overflow', (value, kept) => {
  const [row] = snapshotRows([series('latency', 'current', a, value)])
  expect(row?.value).toBe(kept)
})

test('series that are no recorded KPI, or have no model, make no rows', () => {
  expect(
    snapshotRows([
      { labels: { __name__: 'up', ...a }, value: 1 },
      series('f1_score', 'mean5m', a, 1),
      series('f1_score', 'current', { job: 'memory', context_size: '8192' }, 1),
    ]),
  ).toEqual([])
})

test('a character that Postgres can not hold does not keep the row from being stored', () => {
  const [row] = snapshotRows([series('f1_score', 'current', { ...a, model: 'x\0y' }, 1)])
  expect(row?.model).toBe('x\uFFFDy')
})

test.each<[string, number | undefined, number | undefined, boolean, string | undefined]>([
  ['a scrape just before', 95_000, 15, false, undefined],
  ['one scrape missed', 71_000, 15, false, undefined],
  ['a scrape just before, and rules that did not run', 95_000, 15, true, 'rules_not_evaluated'],
  ['two scrapes missed', 68_000, 15, true, 'prometheus_not_scraping'],
  ['two scrapes missed of those that are configured', 68_000, 5, true, 'prometheus_not_scraping'],
  ['a scrape just before of those that are rarer than configured', 41_000, 60, false, undefined],
  ['no scrape at all', undefined, undefined, true, 'prometheus_has_no_data'],
])('an instant with %s has the gap of that', (_, newestScrape, betweenScrapes, notEvaluated, expected) => {
  expect(gapAt(100_000, { newestScrape, betweenScrapes, notEvaluated }, 15)).toBe(expected)
})
