import { describe, expect, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { generate } from '../../src/generate.js'
import { exposed, type Phase } from '../../src/rule-tests/traffic.js'
import { ruleTest } from '../promtool.js'

const config = defineConfig()
const files = generate(config)
const { f1_score, latency } = config.kpis
const labels = { job: 'memory', instance: 'm:1', model: 'm', context_size: '8192', operation: 'search' }
const place = '{job="memory", model="m", context_size="8192", operation="search"}'
const current = (kpi: typeof latency) => names.recordedSeries.current(kpi)
const hour = 240
/** One operation an hour: the first comes at once, after a minute in which the service has none. */
const hourly = (measured: number, hours = 1): Phase[] =>
  Array.from({ length: hours }, () => ({ scrapes: hour, every: hour, measured }))

describe('an operation an hour', () => {
  test('has a value at any time, that of its last operation once the one before has left the window', async () => {
    const series = exposed(f1_score, labels, [{ scrapes: 4 }, ...hourly(0.75, 2), ...hourly(0.25, 2)])
    const values = (value: number) => ({ [current(f1_score)]: [[current(f1_score) + place, value] as const] })
    expect(
      await ruleTest(files, series, [
        { at: '10m', values: values(0.75) },
        { at: '59m', values: values(0.75) },
        { at: '2h', values: values(0.75) },
        { at: '2h30m', values: values(0.25) },
      ]),
    ).toBe('')
  })

  test('is not judged by a first operation that has only just come', async () => {
    const series = exposed(f1_score, labels, [{ scrapes: 4 }, ...hourly(0.25)])
    expect(await ruleTest(files, series, [{ at: '3m', values: { [current(f1_score)]: [] } }])).toBe('')
  })
})

describe('a quantile of few operations', () => {
  test('is no alert for one slow operation among five', async () => {
    const series = exposed(latency, labels, [
      { scrapes: 4 },
      { scrapes: 160, every: 40, measured: 0.2 },
      { scrapes: 1, measured: 60 },
      { scrapes: 60 },
    ])
    expect(await ruleTest(files, series, [{ at: '45m', values: { 'count(ALERTS)': [] } }])).toBe('')
  })

  test('is an alert where most of them are slow', async () => {
    const series = exposed(latency, labels, [{ scrapes: 4 }, { scrapes: 200, every: 40, measured: 60 }])
    const alerts = { MnemoscopeLatencyCritical: [{ model: 'm', context_size: '8192' }] }
    expect(await ruleTest(files, series, [{ at: '45m', alerts }])).toBe('')
  })
})

test('the last operations of a busy stream that has stopped are not taken for rare traffic', async () => {
  const series = exposed(f1_score, labels, [
    { scrapes: 120, operations: 2, measured: 0.9375 },
    { scrapes: 1, measured: 0 },
    { scrapes: 2 * hour },
  ])
  // An evaluation just before the last operation leaves the rare window would see it alone.
  const result = await ruleTest(files, series, [
    { at: '1h2m', values: { [current(f1_score)]: [] } },
    { at: '1h44m30s', values: { [current(f1_score)]: [], 'count(ALERTS)': [] } },
  ])
  expect(result).toBe('')
})

test('what a Prometheus that was restarted had judged by another window is not taken for now', async () => {
  const judged = names.recordedSeries.judged(f1_score, '5m')
  const before = { [judged + place]: '50' }
  const series = exposed(f1_score, labels, [{ scrapes: 4 }, { scrapes: 1, measured: 0.25 }, { scrapes: 40 }])
  const values = { [current(f1_score)]: [], 'count(ALERTS)': [] }
  expect(await ruleTest(files, { ...before, ...series }, [{ at: '3m', values }])).toBe('')
})
