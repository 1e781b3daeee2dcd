import { expect, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { exposed } from '../../src/rule-tests/traffic.js'
import { rulesOf, ruleTest } from '../promtool.js'

const config = defineConfig()
const rules = rulesOf(config)
const { latency, memory_usage } = config.kpis
const labels = { job: 'memory', instance: 'm:1', model: 'm', context_size: '8192', operation: 'search' }
const { samples, mean, quantile, max, current } = names.recordedSeries
const one = [['{}', 1]] as const
const none: [] = []
/** Whether a series has one value, and that is between two. */
const between = (series: string, low: number, high: number) => `count(${series} >= ${low} <= ${high})`

// A snapshot is due each minute, and promtool evaluates each minute here, as its group is.
const minutely = { evaluation: '1m' }

test('a row holds exactly the operations that came since the one before', async () => {
  const series = exposed(latency, labels, [
    { scrapes: 5 },
    { scrapes: 4, operations: 5, measured: 0.4 },
    { scrapes: 4, operations: 2, measured: 30 },
    { scrapes: 8 },
  ])
  const result = await ruleTest(
    rules,
    series,
    [
      {
        at: '1m',
        values: { [samples(latency)]: none, [mean(latency)]: none, [quantile(latency, 'p50')]: none },
      },
      {
        at: '2m',
        values: {
          [between(samples(latency), 20, 20)]: one,
          [between(mean(latency), 0.399, 0.401)]: one,
          [between(quantile(latency, 'p99'), 0.3, 0.5)]: one,
        },
      },
      {
        at: '3m',
        values: {
          [between(samples(latency), 8, 8)]: one,
          [between(mean(latency), 29.9, 30.1)]: one,
          // Not of what came before: half of all operations so far were fast.
          [between(quantile(latency, 'p50'), 20, 40)]: one,
          [between(max(latency), 30, 40)]: one,
        },
      },
      { at: '4m', values: { [samples(latency)]: none, [mean(latency)]: none, [max(latency)]: none } },
    ],
    minutely,
  )
  expect(result).toBe('')
})

test('the value of a quantile is that of the operations that are remembered, and stands while none come', async () => {
  const series = exposed(latency, labels, [
    { scrapes: 5 },
    { scrapes: 8, operations: 5, measured: 0.4 },
    { scrapes: 4, operations: 5, measured: 30 },
    { scrapes: 1, target: 'gone' },
  ])
  const result = await ruleTest(
    rules,
    series,
    [
      { at: '4m', values: { [between(current(latency), 0.3, 0.5)]: one } },
      { at: '6m', values: { [between(current(latency), 20, 40)]: one } },
      { at: '60m', values: { [between(current(latency), 20, 40)]: one } },
      { at: '85m', values: { [current(latency)]: none } },
    ],
    minutely,
  )
  expect(result).toBe('')
})

// A process measures 0.4 s, five times in each scrape. The next one has the boundaries of other thresholds and measures 0.05 s.
test('where a service restarts with other boundaries, quantiles are unknown once and then those of its new process', async () => {
  const other = defineConfig({ kpis: { latency: { thresholds: { warning: 0.3, error: 1, critical: 2 } } } })
  const metric = names.metricName(latency)
  const name = (suffix: string, le = '') =>
    `${metric}${suffix}{${Object.entries({ ...labels, ...(le === '' ? {} : { le }) })
      .map(([label, value]) => `${label}="${value}"`)
      .join(',')}}`
  const lives = (before: number | undefined, after: number | undefined) => {
    const one = (grows: number | undefined, scrapes: number) =>
      grows === undefined
        ? ['stale', ...Array(scrapes - 1).fill('_')]
        : Array.from({ length: scrapes }, (_, i) => grows * i)
    return [...one(before, 26), ...one(after, 30)].join(' ').replace(/^stale/, '_')
  }
  const [old, next] = [latency, other.kpis.latency].map((kpi) => [...kpi.boundaries.map(String), '+Inf']) as [
    string[],
    string[],
  ]
  const grows = (known: readonly string[], le: string, measured: number) =>
    known.includes(le) ? (le === '+Inf' || Number(le) >= measured ? 5 : 0) : undefined
  const series = {
    [name('_count')]: lives(5, 5),
    [name('_sum')]: lives(2, 0.25),
    ...Object.fromEntries(
      [...new Set([...old, ...next])].map((le) => [
        name('_bucket', le),
        lives(grows(old, le, 0.4), grows(next, le, 0.05)),
      ]),
    ),
    'process_start_time_seconds{job="memory", instance="m:1"}': '1x25 390x30',
  }
  const p95 = quantile(latency, 'p95')
  const result = await ruleTest(
    rulesOf(other),
    series,
    [
      { at: '6m', values: { [between(current(latency), 0.3, 0.5)]: one, [between(p95, 0.3, 0.5)]: one } },
      {
        at: '7m',
        values: {
          [p95]: none,
          [max(latency)]: none,
          [between(samples(latency), 1, 99)]: one,
        },
      },
      // The group of `current` comes first here, and shows what the last snapshot had.
      { at: '8m', values: { [current(latency)]: none, [between(p95, 0.03, 0.12)]: one } },
      {
        at: '10m',
        values: { [between(current(latency), 0.03, 0.12)]: one, [between(max(latency), 0.05, 0.12)]: one },
      },
    ],
    minutely,
  )
  expect(result).toBe('')
})

test('a gauge is judged by its newest reading, of several instances by the worst', async () => {
  const gauge = (instance: string) =>
    `${names.metricName(memory_usage)}{job="memory", instance="${instance}", model="m", context_size="8192", operation="search"}`
  const series = { [gauge('a')]: '9 3 3 3 3 stale', [gauge('b')]: '1 1 1 5 2 2 2 2 stale' }
  const current = names.recordedSeries.current(memory_usage)
  const result = await ruleTest(rules, series, [
    {
      at: '30s',
      values: {
        [`${current} == 3`]: [
          [`${current}{job="memory", model="m", context_size="8192", operation="search"}`, 3],
        ],
      },
    },
    { at: '1m', values: { [between(current, 3, 3)]: one } },
    // Two scrapes after its last reading the first still counts, four scrapes after it does not.
    { at: '1m30s', values: { [between(current, 3, 3)]: one } },
    { at: '2m', values: { [between(current, 2, 2)]: one } },
    { at: '3m', values: { [current]: none } },
  ])
  expect(result).toBe('')
})

test('and each of its readings counts once in their mean, also of an instance that has just begun', async () => {
  const gauge = (instance: string) =>
    `${names.metricName(memory_usage)}{job="memory", instance="${instance}", model="m", context_size="8192", operation="search"}`
  const series = { [gauge('a')]: '1 1 1 1 1', [gauge('b')]: '_ _ _ _ 6' }
  const mean = names.recordedSeries.mean(memory_usage)
  const samples = names.recordedSeries.samples(memory_usage)
  // All but one of the readings are 1, however many there are.
  const beyond = `sum(${mean} * ${samples} - ${samples})`
  expect(await ruleTest(rules, series, [{ at: '1m', values: { [beyond]: [['{}', 5]] } }])).toBe('')
})
