import { describe, expect, test } from '@jest/globals'
import { type ConfigInput, defineConfig, names } from '@mnemoscope/kpi'
import { exposed, type Phase } from '../../src/rule-tests/traffic.js'
import { rulesOf, ruleTest } from '../promtool.js'

const labels = { job: 'memory', instance: 'm:1', model: 'm', context_size: '8192', operation: 'search' }
const quick = { expiry: '5m' } as const
const run = (
  settings: NonNullable<ConfigInput['kpis']>['f1_score'],
  phases: readonly Phase[],
  at: Parameters<typeof ruleTest>[2],
) => {
  const config = defineConfig({ kpis: { f1_score: { ...quick, ...settings } } })
  return ruleTest(
    rulesOf(config),
    { 'up{job="memory", instance="m:1"}': '1x400', ...exposed(config.kpis.f1_score, labels, phases) },
    at,
  )
}
const busy = (measured: number, scrapes: number): Phase => ({ scrapes, operations: 4, measured })
const firing = (name: string) => `count(ALERTS{alertname="MnemoscopeF1Score${name}", alertstate="firing"})`
const pending = (name: string) => `count(ALERTS{alertname="MnemoscopeF1Score${name}", alertstate="pending"})`
const one = [['{}', 1]] as const

describe('an alert', () => {
  test('begins with certainty, and goes on until its end is certain', async () => {
    const result = await run(
      { thresholds: { critical: 0.5 } },
      [busy(0.9375, 40), busy(0.25, 30), busy(0.5625, 6), busy(0.9375, 80)],
      [
        { at: '9m30s', values: { [firing('Critical')]: [] } },
        { at: '17m', values: { [firing('Critical')]: one } },
        // What came last is a little better; what came before it is remembered.
        { at: '18m30s', values: { [firing('Critical')]: one } },
        { at: '38m', values: { [firing('Critical')]: [] } },
      ],
    )
    expect(result).toBe('')
  })

  test('waits for its time, and goes on for its time after the recovery', async () => {
    const result = await run(
      { for: '4m', keepFiringFor: '8m' },
      [busy(0.9375, 40), busy(0.5, 40), busy(0.9375, 80)],
      [
        { at: '13m', values: { [pending('Critical')]: one, [firing('Critical')]: [] } },
        { at: '18m', values: { [firing('Critical')]: one } },
        { at: '27m', values: { [firing('Critical')]: one } },
        { at: '38m', values: { [firing('Critical')]: [] } },
      ],
    )
    expect(result).toBe('')
  })

  test.each([0.7, 0.1, 0.3])(
    'fires where every operation is exactly at its threshold of %d',
    async (threshold) => {
      const result = await run(
        { thresholds: { critical: threshold, warning: undefined, error: undefined } },
        [busy(threshold, 40)],
        [{ at: '9m30s', values: { [firing('Critical')]: one } }],
      )
      expect(result).toBe('')
    },
  )
})

describe('a place without data', () => {
  const stopped = [busy(0.5, 40), { scrapes: 120 }]
  const healthyThenStopped = [busy(0.9375, 40), { scrapes: 120 }]

  test('ends its alerts by default', async () => {
    expect(await run({}, stopped, [{ at: '20m', values: { 'count(ALERTS)': [] } }])).toBe('')
  })

  test('raises a warning of its own where that is asked for, and none while the service is down', async () => {
    const settings = { noData: 'no_data', expectedFor: '15m' } as const
    expect(
      await run(settings, healthyThenStopped, [
        { at: '9m', values: { 'count(ALERTS)': [] } },
        { at: '20m', values: { [firing('NoData')]: one, 'count(ALERTS)': one } },
        { at: '36m', values: { 'count(ALERTS)': [] } },
      ]),
    ).toBe('')
    const config = defineConfig({ kpis: { f1_score: { ...quick, ...settings } } })
    const gone = {
      'up{job="memory", instance="m:1"}': '1x40 0x120',
      ...exposed(config.kpis.f1_score, labels, [busy(0.9375, 40), { scrapes: 120, target: 'gone' }]),
    }
    expect(await ruleTest(rulesOf(config), gone, [{ at: '20m', values: { [firing('NoData')]: [] } }])).toBe(
      '',
    )
  })

  test('breaches every level where that is asked for, with a value that is no number', async () => {
    const result = await run({ noData: 'breach', expectedFor: '15m' }, healthyThenStopped, [
      { at: '9m', values: { 'count(ALERTS)': [] } },
      { at: '20m', values: { [firing('Critical')]: one, [firing('Error')]: one, [firing('Warning')]: one } },
      { at: '36m', values: { 'count(ALERTS)': [] } },
    ])
    expect(result).toBe('')
  })

  test('can mean something else for one model', async () => {
    const overrides = [{ model: 'm', noData: 'breach' as const, expectedFor: '15m' }]
    expect(await run({ overrides }, stopped, [{ at: '20m', values: { [firing('Critical')]: one } }])).toBe('')
    const other = [{ model: 'other', noData: 'breach' as const }]
    expect(await run({ overrides: other }, stopped, [{ at: '20m', values: { 'count(ALERTS)': [] } }])).toBe(
      '',
    )
  })
})

test('how much is remembered can be something else for one model', async () => {
  const value = names.recordedSeries.current({ id: 'f1_score' })
  const few = `count(${value} > 0.98)`
  const phases = [busy(0.5, 61), busy(1, 20)]
  const at = '20m'
  const overrides = (operations: number) => ({ overrides: [{ model: 'm', operations }] })
  expect(await run(overrides(5), phases, [{ at, values: { [few]: one } }])).toBe('')
  expect(await run(overrides(100), phases, [{ at, values: { [few]: [] } }])).toBe('')
})
