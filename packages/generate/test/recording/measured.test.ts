import { describe, expect, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { generate } from '../../src/generate.js'
import { exposed, type Phase } from '../../src/rule-tests/traffic.js'
import { ruleTest } from '../promtool.js'

const config = defineConfig()
const files = generate(config)
const { f1_score, latency } = config.kpis
const labels = { job: 'memory', instance: 'm:1', model: 'm', context_size: '8192', operation: 'search' }
const placeLabels = 'job="memory", model="m", context_size="8192", operation="search"'
const count = names.recordedSeries.windowed(f1_score, 'count', '5m')
const counted = (value: number) => ({
  [`round(${count})`]: [[`{${placeLabels}}`, value] as const],
})
const up = 'up{job="memory", instance="m:1"}'
const started = 'process_start_time_seconds{job="memory", instance="m:1"}'
const absent = (scrapes: number): Phase => ({ scrapes, target: 'gone' })

describe('operations that a series had counted before its first scrape', () => {
  test('count where the target answered without the series before: three bad ones alert once a short window has passed', async () => {
    const series = {
      [up]: '1x500',
      [started]: '-9000x500',
      ...exposed(f1_score, labels, [
        absent(340),
        { scrapes: 1, operations: 3, measured: 0.25 },
        { scrapes: 100 },
      ]),
    }
    const result = await ruleTest(files, series, [
      { at: '87m', values: { ...counted(3), 'count(ALERTS)': [] } },
      {
        at: '91m',
        values: counted(0),
        alerts: { MnemoscopeF1ScoreCritical: [{ model: 'm', context_size: '8192' }] },
      },
    ])
    expect(result).toBe('')
  })

  test('count where the process itself began within the window', async () => {
    const series = {
      [up]: '_x40 1x100',
      [started]: '_x40 590x100',
      ...exposed(f1_score, labels, [
        absent(40),
        { scrapes: 1, operations: 3, measured: 0.25 },
        { scrapes: 100 },
      ]),
    }
    expect(await ruleTest(files, series, [{ at: '12m', values: counted(3) }])).toBe('')
  })

  test('do not count again after an outage of the scrapes', async () => {
    const series = {
      [up]: '1x80 0x40 1x80',
      [started]: '-9000x200',
      ...exposed(f1_score, labels, [
        { scrapes: 80, operations: 50, measured: 0.9375 },
        absent(41),
        { scrapes: 1, operations: 60, measured: 0.9375 },
        { scrapes: 2, operations: 1, measured: 0.9375 },
        { scrapes: 60 },
      ]),
    }
    expect(await ruleTest(files, series, [{ at: '33m', values: counted(2) }])).toBe('')
  })

  test('count in a distribution over the window that is judged, and in no shorter one', async () => {
    const series = {
      [up]: '1x500',
      [started]: '-9000x500',
      ...exposed(latency, labels, [
        absent(340),
        { scrapes: 1, operations: 4_000, measured: 60 },
        { scrapes: 80, operations: 10, measured: 0.4 },
      ]),
    }
    const p99 = names.recordedSeries.quantile(latency, 'p99')
    const slow = (places: number) => ({ [`count(${p99} > 30) or vector(0)`]: [['{}', places] as const] })
    expect(
      await ruleTest(files, series, [
        { at: '87m', values: slow(1) },
        { at: '103m', values: slow(0) },
      ]),
    ).toBe('')
  })

  test('do not count where the age of the target is unknown', async () => {
    const series = exposed(f1_score, labels, [
      absent(40),
      { scrapes: 1, operations: 4_000, measured: 0.25 },
      { scrapes: 100 },
    ])
    expect(await ruleTest(files, series, [{ at: '12m', values: counted(0) }])).toBe('')
  })
})

test('a restart loses what was counted since the last scrape and nothing else', async () => {
  const series = {
    [up]: '1x200',
    [started]: '-9000x59 880x200',
    ...exposed(f1_score, labels, [
      { scrapes: 60, operations: 2, measured: 0.9375 },
      { scrapes: 40, operations: 2, measured: 0.9375, target: 'restarted' },
    ]),
  }
  // 5 minutes hold 20 scrapes: 2 before each.
  expect(await ruleTest(files, series, [{ at: '17m', values: counted(40) }])).toBe('')
})

test('one NaN in a sum gives no mean, rather than a wrong one', async () => {
  const healthy = exposed(f1_score, labels, [{ scrapes: 100, operations: 3, measured: 0.5 }])
  const sum = Object.keys(healthy).find((name) => name.includes('_sum')) as string
  const series = { ...healthy, [sum]: Array(100).fill('NaN').join(' ') }
  const mean = names.recordedSeries.windowed(f1_score, 'mean', '5m')
  expect(await ruleTest(files, series, [{ at: '14m', values: { [mean]: [], 'count(ALERTS)': [] } }])).toBe('')
})
