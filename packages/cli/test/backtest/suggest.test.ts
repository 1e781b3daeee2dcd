import { describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { type Incident, outcomesOf } from '../../src/backtest/incidents.js'
import { propose, type Suggestion, suggestThresholds } from '../../src/backtest/suggest.js'
import { suggestText } from '../../src/backtest/suggest-text.js'

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

/** An alert of that place, from an hour to another. */
function incident(fromHour: number, toHour: number | undefined, isKnown: boolean): Incident {
  const place = { service: 's', model: 'm', contextSize: '8192', operation: 'search' }
  const to = toHour === undefined ? undefined : toHour * 3_600
  return {
    ...place,
    id: fromHour,
    kpi: 'f1_score',
    severity: 'warning',
    span: { from: fromHour * 3_600, to },
    isKnown,
  }
}

const suggested = (...args: Parameters<typeof suggestThresholds>) => suggestThresholds(...args) as Suggestion

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
    const suggestion = suggested(kpi, [history(values)])
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
    const suggestion = suggested(context_utilization, [{ ...place, kpi: context_utilization }])
    const thresholds = Object.values(suggestion?.proposed ?? {}).map(({ threshold }) => threshold)
    expect(thresholds).toHaveLength(3)
    expect(Math.min(...thresholds)).toBeGreaterThan(1)
    expect(Math.max(...thresholds)).toBeGreaterThan(1.6)
  })

  test('leave out incidents that are open or acknowledged: they are not what is usual', () => {
    const isIll = (hour: number) => hour >= 100 && hour < 120
    const past = history((hour) => (isIll(hour) ? 0.3 : 0.92 + (hour % 3) / 100))
    const lowest = (known: boolean) =>
      Math.min(
        ...suggested(kpi, [past], [incident(100, 120, known)]).candidates.map(({ threshold }) => threshold),
      )
    expect(lowest(false)).toBeLessThan(0.3)
    expect(lowest(true)).toBeGreaterThan(0.6)
  })

  test('say what each would have made of every past alert', () => {
    const past = history((hour) => (hour >= 200 && hour < 203 ? 0.5 : 0.92 + (hour % 3) / 100))
    const { past: outcomes, proposed } = suggested(
      kpi,
      [past],
      [incident(201, 203, false), incident(50, 52, false)],
    )
    expect(proposed.warning?.threshold).toBe(0.5)
    expect(outcomes).toMatchObject([
      { id: 201, severity: 'warning', outcome: 'fires' },
      { id: 50, severity: 'warning', outcome: 'silent' },
    ])
    expect(outcomesOf([incident(200, 203, false)], [past], { warning: { threshold: 0.6 } })).toMatchObject([
      { outcome: 'fires', laterBySeconds: 0 },
    ])
    expect(outcomesOf([incident(200, 203, false)], [past], {})).toMatchObject([{ outcome: 'unproposed' }])
  })

  test('are refused below a day of values, with how much there is', () => {
    const short = history((hour) => (hour < 20 ? 0.9 : undefined))
    const advice = suggestThresholds(kpi, [short])
    expect(advice).toEqual({ kpi: 'f1_score', seconds: 20 * 3_600, leastSeconds: day })
    expect(suggestText([advice as Suggestion], false)).toMatch(
      /at least 24 h .*\n {2}f1_score +20 h of values/,
    )
  })

  test('do not count the time of a known incident as past', () => {
    const past = history((hour) => (hour < 30 ? 0.9 : undefined))
    const levels = [incident(10, 20, true), incident(12, 20, true)]
    expect(suggestThresholds(kpi, [past], levels)).toMatchObject({ seconds: 20 * 3_600 })
  })

  test('are shown with what is not known', () => {
    const suggestion = suggested(kpi, [history(() => 0.9)], [incident(50, 52, false)])
    expect(suggestText([suggestion], true)).toContain('The recorder does not answer')
    expect(suggestText([suggestion], false)).toMatch(/warning, m \(search\) at 8192 in s: would have fired/)
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
