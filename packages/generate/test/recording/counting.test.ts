import { describe, expect, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { rulesOf, ruleTest } from '../promtool.js'

const config = defineConfig()
const rules = rulesOf(config)
const { f1_score, latency, overflow_frequency } = config.kpis
const labels = 'job="memory", instance="m:1", model="m", context_size="8192", operation="search"'
const start = 'process_start_time_seconds{job="memory", instance="m:1"}'
const withInstrumentation = { 'mnemoscope_cardinality_overflows_total{job="memory", instance="m:1"}': '0x30' }
const uptime = 'process_uptime_seconds{job="memory", instance="m:1"}'
const metric = names.metricName(f1_score)
const [count, sum] = [`${metric}_count{${labels}}`, `${metric}_sum{${labels}}`]
/** So many operations, and the sum of their values, were counted since the beginning. */
const counted = (at: string, operations: number, total: number) => {
  const all = (what: 'count' | 'sum') => `sum(sum_over_time(${names.judgeSeries.added(f1_score, what)}[1h]))`
  return { at, values: { [all('count')]: [['{}', operations]], [all('sum')]: [['{}', total]] } } as const
}

describe('every operation that was scraped counts once', () => {
  test.each([
    [
      'of a process that restarts and has soon done more than before',
      '0 2 2 9 9 9',
      '0 1 1 4.5 4.5 4.5',
      '1x2 31x3',
      11,
      5.5,
    ],
    // 3 were seen at 30 s, 5 at 45 s; the new process shows 1 at 60 s.
    [
      'of a process that ends between two evaluations',
      '0 0 3 5 1 1 1',
      '0 0 1.5 2.5 0.5 0.5 0.5',
      '1x3 50x3',
      6,
      3,
    ],
    [
      'of one that ends, with what it did after it was last seen',
      '0 0 3 5 stale',
      '0 0 1.5 2.5 stale',
      '1x3 stale',
      5,
      2.5,
    ],
    [
      'of a process that restarts and measures nothing for a while',
      '0 2 2 2 _ _ 1 3 3',
      '0 1 1 1 _ _ 0.5 1.5 1.5',
      '1x3 61x9',
      5,
      2.5,
    ],
    ['of one that lives for a single scrape', '_ _ _ 4 stale', '_ _ _ 2 stale', '_ _ _ 40 stale', 4, 2],
    ['of a new series in a process that was there', '_ _ _ 4 4', '_ _ _ 2 2', '-999x9', 4, 2],
    ['but not of a counter that is older than the rules', '7 7 8 8', '3.5 3.5 4 4', '-999x9', 1, 0.5],
    [
      'of one that an outage of the scrapes hides',
      '0 0 3 stale _x20 8 8 8',
      '0 0 1.5 stale _x20 4 4 4',
      '-999x30',
      8,
      4,
    ],
  ])('%s', async (_, counts, sums, began, operations, total) => {
    const series = { [count]: counts, [sum]: sums, [start]: began, ...withInstrumentation }
    expect(await ruleTest(rules, series, [counted('9m', operations, total)])).toBe('')
  })

  test('of a series that comes back after a quarter of an hour with as many as it had', async () => {
    const series = {
      [count]: '0 0 2 2 stale _x56 2 2',
      [sum]: '0 0 1 1 stale _x56 1 1',
      [start]: '-999x70',
      'mnemoscope_cardinality_overflows_total{job="memory", instance="m:1"}': '0x70',
    }
    expect(await ruleTest(rules, series, [counted('17m', 4, 2)])).toBe('')
  })

  // 3 were seen at 30 s, 5 at 45 s; the new process shows 1 at 60 s.
  test.each([
    ['none is beyond', '0 0 3 5 1 1 1', 0],
    ['most are beyond', '0 0 1 2 0 0 0', 4],
  ])(
    'of a process that ends between two evaluations, where %s the threshold of a quantile',
    async (_, fast, beyond) => {
      const bucket = (le: number | string, values: string) => [
        `${names.metricName(latency)}_bucket{${labels}, le="${le}"}`,
        values,
      ]
      const series = {
        [`${names.metricName(latency)}_count{${labels}}`]: '0 0 3 5 1 1 1',
        [`${names.metricName(latency)}_sum{${labels}}`]: '0x6',
        ...Object.fromEntries(latency.boundaries.map((le) => bucket(le, fast))),
        ...Object.fromEntries([bucket('+Inf', '0 0 3 5 1 1 1')]),
        [start]: '1x3 50x3',
        ...withInstrumentation,
      }
      const all = `sum by (severity) (sum_over_time(${names.judgeSeries.beyond(latency)}[1h]))`
      const levels = ['critical', 'error', 'warning'].map(
        (level) => [`{severity="${level}"}`, beyond] as const,
      )
      expect(await ruleTest(rules, series, [{ at: '9m', values: { [all]: levels } }])).toBe('')
    },
  )

  // 3 were seen at 30 s, 13 at 45 s; the new process shows 2 at 60 s, one of them beyond the threshold that only it knows.
  test('of a process that ends between two evaluations, and of a threshold that only the next one knows those of that', async () => {
    const name = names.metricName(latency)
    const [edge, ...others] = [...latency.boundaries].reverse().filter((le) => le < 5) as [
      number,
      ...number[],
    ]
    const bucket = (le: number | string, values: string) => [`${name}_bucket{${labels}, le="${le}"}`, values]
    const series = {
      [`${name}_count{${labels}}`]: '0 0 3 13 2 2 2',
      [`${name}_sum{${labels}}`]: '0x6',
      ...Object.fromEntries(others.map((le) => bucket(le, '0 0 3 13 1 1 1'))),
      ...Object.fromEntries([bucket(edge, '_x4 1 1 1'), bucket('+Inf', '0 0 3 13 2 2 2')]),
      [start]: '1x3 50x3',
      ...withInstrumentation,
    }
    const beyond = `sum(sum_over_time(${names.judgeSeries.beyond(latency)}{severity="warning"}[1h]))`
    expect(await ruleTest(rules, series, [{ at: '9m', values: { [beyond]: [['{}', 1]] } }])).toBe('')
  })

  test('and of other processes nothing is recorded, unless they are a configured service', async () => {
    const other = (job: string) => `process_start_time_seconds{job="${job}", instance="${job}:1"}`
    const series = {
      [count]: '0x9',
      [sum]: '0x9',
      [start]: '1x9',
      [other('node')]: '1x9',
      [other('quiet.api')]: '1x9',
    }
    const configured = rulesOf(defineConfig({ services: [{ name: 'quiet.api', targets: ['q:1'] }] }))
    const starts = `count by (job) (${names.judgeSeries.newest(f1_score)}{${names.counterPart}="start"})`
    const memory = ['{job="memory"}', 1] as const
    expect(await ruleTest(rules, series, [{ at: '1m', values: { [starts]: [memory] } }])).toBe('')
    const values = { [starts]: [memory, ['{job="quiet.api"}', 1] as const] }
    expect(await ruleTest(configured, series, [{ at: '1m', values }])).toBe('')
  })

  test('of a process whose clock is two hours ahead, if it says how long it has run', async () => {
    const series = { [count]: '7 7 9 9', [sum]: '3.5 3.5 4.5 4.5', [start]: '7200x9', [uptime]: '600+15x9' }
    expect(await ruleTest(rules, series, [counted('3m', 2, 1)])).toBe('')
    const young = {
      [count]: '_ _ _ 7 9',
      [sum]: '_ _ _ 3.5 4.5',
      [start]: '_x3 7200x9',
      [uptime]: '_x3 5+15x9',
    }
    expect(await ruleTest(rules, young, [counted('3m', 9, 4.5)])).toBe('')
  })

  test('of a series without the time at which its process began', async () => {
    const other = `${metric}_count{${labels.replace('"m"', '"n"')}}`
    const series = {
      [count]: '0 1 2 2',
      [sum]: '0 0.5 1 1',
      [other]: '_ _ _ _ 4',
      [other.replace('_count', '_sum')]: '_ _ _ _ 2',
    }
    expect(await ruleTest(rules, series, [counted('3m', 6, 3)])).toBe('')
  })

  test('and nothing of an instance whose sum is no number, while the others go on', async () => {
    const second = (name: string) => name.replace('m:1', 'm:2')
    const series = {
      [count]: '0 1 2 3 4 5 6',
      [sum]: '0 1 NaN NaN NaN NaN NaN',
      [second(count)]: '0 0 0 0 2 2 2',
      [second(sum)]: '0 0 0 0 1 1 1',
    }
    expect(await ruleTest(rules, series, [counted('3m', 2, 1)])).toBe('')
  })

  test('of a ratio, also before any of its counted outcomes has come about', async () => {
    const outcome = (strategy: string) =>
      `mnemoscope_overflow_checks_total{${labels}, strategy="${strategy}"}`
    const current = names.recordedSeries.current(overflow_frequency)
    const series = { [outcome('none')]: '0 0 0 6 6 6 6 6 6', [outcome('hierarchy')]: '_ _ _ _ _ 2 2 2 2' }
    expect(
      await ruleTest(rules, series, [
        { at: '1m', values: { [`count(${current} == 0)`]: [['{}', 1]] } },
        { at: '2m', values: { [`count(${current} > 0.2 < 0.3)`]: [['{}', 1]] } },
      ]),
    ).toBe('')
  })
})
