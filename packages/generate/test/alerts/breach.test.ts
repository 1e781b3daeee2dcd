import { describe, expect, test } from '@jest/globals'
import { type ConfigInput, defineConfig } from '@mnemoscope/kpi'
import { generate } from '../../src/generate.js'
import { exposed, type Phase } from '../../src/rule-tests/traffic.js'
import { ruleTest } from '../promtool.js'

const labels = { job: 'memory', instance: 'm:1', model: 'm', context_size: '8192', operation: 'search' }
const quick = { window: '1m', minSamples: 3, sparseWindow: '2m', rareWindow: '3m' } as const
const run = (
  settings: NonNullable<ConfigInput['kpis']>['f1_score'],
  phases: readonly Phase[],
  at: Parameters<typeof ruleTest>[2],
) => {
  const config = defineConfig({ kpis: { f1_score: { ...quick, ...settings } } })
  return ruleTest(
    generate(config),
    { 'up{job="memory", instance="m:1"}': '1x400', ...exposed(config.kpis.f1_score, labels, phases) },
    at,
  )
}
const busy = (measured: number, scrapes: number): Phase => ({ scrapes, operations: 4, measured })
const firing = (name: string) => `count(ALERTS{alertname="MnemoscopeF1Score${name}", alertstate="firing"})`
const pending = (name: string) => `count(ALERTS{alertname="MnemoscopeF1Score${name}", alertstate="pending"})`
const one = [['{}', 1]] as const

describe('an alert', () => {
  test('goes on while its value wobbles within the hysteresis, and does not begin there', async () => {
    const result = await run(
      { thresholds: { critical: 0.5 }, hysteresis: 0.25, keepFiringFor: '0s' },
      [busy(0.5625, 40), busy(0.5, 20), busy(0.5625, 40), busy(0.6875, 40)],
      [
        { at: '9m30s', values: { [firing('Critical')]: [] } },
        { at: '14m30s', values: { [firing('Critical')]: one } },
        { at: '24m30s', values: { [firing('Critical')]: one } },
        { at: '27m', values: { [firing('Critical')]: [] } },
      ],
    )
    expect(result).toBe('')
  })

  test('waits for its time, and goes on for its time after the recovery', async () => {
    const result = await run(
      { for: '3m', keepFiringFor: '4m', hysteresis: 0 },
      [busy(0.9375, 40), busy(0.5, 40), busy(0.9375, 80)],
      [
        { at: '12m30s', values: { [pending('Critical')]: one, [firing('Critical')]: [] } },
        { at: '15m', values: { [firing('Critical')]: one } },
        { at: '23m', values: { [firing('Critical')]: one } },
        { at: '26m30s', values: { [firing('Critical')]: [] } },
      ],
    )
    expect(result).toBe('')
  })
})

describe('a place without data', () => {
  const stopped = [busy(0.5, 40), { scrapes: 360 }]
  const healthyThenStopped = [busy(0.9375, 40), { scrapes: 360 }]

  test('ends its alerts by default', async () => {
    expect(await run({}, stopped, [{ at: '20m', values: { 'count(ALERTS)': [] } }])).toBe('')
  })

  test('keeps them on its last value where that stands, as long as another is expected', async () => {
    const result = await run({ noData: 'last', expectedFor: '30m' }, stopped, [
      { at: '35m', values: { [firing('Critical')]: one } },
      { at: '55m', values: { 'count(ALERTS)': [] } },
    ])
    expect(result).toBe('')
  })

  test('raises a warning of its own where that is asked for, and none while the service is down', async () => {
    const settings = { noData: 'no_data', expectedFor: '30m' } as const
    expect(
      await run(settings, healthyThenStopped, [
        { at: '9m', values: { 'count(ALERTS)': [] } },
        { at: '20m', values: { [firing('NoData')]: one, 'count(ALERTS)': one } },
        { at: '55m', values: { 'count(ALERTS)': [] } },
      ]),
    ).toBe('')
    const config = defineConfig({ kpis: { f1_score: { ...quick, ...settings } } })
    const gone = {
      'up{job="memory", instance="m:1"}': '1x40 0x360',
      ...exposed(config.kpis.f1_score, labels, [busy(0.9375, 40), { scrapes: 360, target: 'gone' }]),
    }
    expect(await ruleTest(generate(config), gone, [{ at: '20m', values: { [firing('NoData')]: [] } }])).toBe(
      '',
    )
  })

  test('breaches every level where that is asked for, with a value that is no number', async () => {
    const result = await run({ noData: 'breach', expectedFor: '30m' }, healthyThenStopped, [
      { at: '9m', values: { 'count(ALERTS)': [] } },
      { at: '20m', values: { [firing('Critical')]: one, [firing('Error')]: one, [firing('Warning')]: one } },
      { at: '55m', values: { 'count(ALERTS)': [] } },
    ])
    expect(result).toBe('')
  })

  test('can mean something else for one model', async () => {
    const overrides = [{ model: 'm', noData: 'last' as const, expectedFor: '30m' }]
    expect(await run({ overrides }, stopped, [{ at: '30m', values: { [firing('Critical')]: one } }])).toBe('')
    const other = [{ model: 'other', noData: 'last' as const }]
    expect(await run({ overrides: other }, stopped, [{ at: '30m', values: { 'count(ALERTS)': [] } }])).toBe(
      '',
    )
  })
})

test('windows and samples can be others for one model', async () => {
  const overrides = [{ model: 'm', window: '10m', sparseWindow: '20m', rareWindow: '30m', minSamples: 50 }]
  const value = 'job_model_context_size_operation:mnemoscope_f1_score:current'
  const labelled = `${value}{job="memory", model="m", context_size="8192", operation="search"}`
  const phases = [busy(0.5, 61), busy(1, 20)]
  expect(await run({ overrides }, phases, [{ at: '20m', values: { [value]: [[labelled, 0.75]] } }])).toBe('')
  expect(await run({}, phases, [{ at: '20m', values: { [value]: [[labelled, 1]] } }])).toBe('')
})
