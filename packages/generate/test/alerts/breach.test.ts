import { describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { exposed } from '../../src/rule-tests/traffic.js'
import { rulesOf, ruleTest } from '../promtool.js'
import { busy, firing, labels, one, quick, run } from './breach.js'

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

  test.each([0.7])('fires where every operation is exactly at its threshold of %d', async (threshold) => {
    const result = await run(
      { thresholds: { critical: threshold, warning: undefined, error: undefined } },
      [busy(threshold, 40)],
      [{ at: '9m30s', values: { [firing('Critical')]: one } }],
    )
    expect(result).toBe('')
  })
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
})
