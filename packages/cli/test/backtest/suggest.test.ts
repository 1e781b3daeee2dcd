import { describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { propose, suggestThresholds } from '../../src/backtest/suggest.js'

const day = 86_400

/** Two weeks of a gauge that is read every hour: what it reads is its value. */
function history(valueAt: (hour: number) => number | undefined) {
  const readings = Array.from({ length: 14 * 24 }, (_, hour) => valueAt(hour))
  const { f1_score } = defineConfig({ kpis: { f1_score: { keepFiringFor: '0s' } } }).kpis
  const kpi = { ...f1_score, instrument: 'gauge' } as const
  const range = { start: 0, end: 14 * day, step: 3_600 }
  const place = { service: 's', model: 'm', contextSize: '8192', operation: 'search' }
  return { ...place, kpi, start: 0, range, added: [], readings }
}

describe('suggested thresholds', () => {
  const { kpi } = history(() => 1)

  test('are none without a past', () => {
    expect(suggestThresholds(kpi, [history(() => undefined)])).toBeUndefined()
    expect(suggestThresholds(kpi, [])).toBeUndefined()
  })

  test('keep within the alerts a week that each level may cost', () => {
    // 0.92 to 0.94, once a day 0.85, once a week 0.75.
    const values = (hour: number) =>
      hour % 168 === 20 ? 0.75 : hour % 24 === 3 ? 0.85 : 0.92 + (hour % 3) / 100
    const suggestion = suggestThresholds(kpi, [history(values)])
    expect(suggestion?.weeks).toBe((14 * day) / (7 * day))
    expect(suggestion?.today.warning).toEqual({ threshold: 0.8, alertsPerWeek: 1 })
    expect(suggestion?.today.critical).toEqual({ threshold: 0.7, alertsPerWeek: 0 })
    const { warning, error, critical } = suggestion?.proposed ?? {}
    expect(warning).toEqual({ threshold: 0.75, alertsPerWeek: 1 })
    expect(error).toEqual({ threshold: 0.675, alertsPerWeek: 0 })
    expect(critical).toEqual({ threshold: 0.6, alertsPerWeek: 0 })
  })

  test('can be above 1 for contexts that do not fit', () => {
    const context_utilization = { ...defineConfig().kpis.context_utilization, instrument: 'gauge' } as const
    const place = history((hour) => (hour % 168 === 20 ? 1.6 : 1.2 + (hour % 3) / 100))
    const suggestion = suggestThresholds(context_utilization, [{ ...place, kpi: context_utilization }])
    const thresholds = Object.values(suggestion?.proposed ?? {}).map(({ threshold }) => threshold)
    expect(thresholds).toHaveLength(3)
    expect(Math.min(...thresholds)).toBeGreaterThan(1)
    expect(Math.max(...thresholds)).toBeGreaterThan(1.6)
  })

  test('get worse from level to level, in the direction of the KPI', () => {
    const candidates = [0.9, 0.8, 0.7].map((threshold, i) => ({ threshold, alertsPerWeek: 2 - i }))
    const budget = { warning: 5, error: 5, critical: 0 }
    const proposed = propose({ direction: 'higher_is_better' }, candidates, budget)
    expect([proposed.warning, proposed.error, proposed.critical].map((each) => each?.threshold)).toEqual([
      0.9, 0.8, 0.7,
    ])
  })
})
