import { describe, expect, test } from '@jest/globals'
import { defineConfig, type Kpi } from '@mnemoscope/kpi'
import { alertsOf, spansAt } from '../../src/backtest/episodes.js'
import { type Added, edgeOf } from '../../src/backtest/history.js'
import { type Suggestion, suggestThresholds } from '../../src/backtest/suggest.js'

const { f1_score, latency } = defineConfig().kpis

/** An hour of evaluations each 30 s. */
function history(kpi: Kpi, addedAt: (minute: number) => Partial<Added>) {
  const added = Array.from({ length: 121 }, (_, i) => ({
    count: 0,
    sum: 0,
    upTo: new Map(),
    ...addedAt(i / 2),
  }))
  const place = { service: 's', model: 'm', contextSize: '8192', operation: 'search' }
  return { ...place, kpi, start: 600, range: { start: 0, end: 3_600, step: 30 }, added, readings: [] }
}

const isBad = (minute: number) => minute >= 30 && minute < 40

describe('a past that is judged again', () => {
  test('fires by its mean, whatever fired then', () => {
    const alerts = alertsOf(history(f1_score, (minute) => ({ count: 10, sum: isBad(minute) ? 3 : 9.5 })))
    expect(alerts.map(({ severity, spans }) => [severity, spans.length])).toEqual([
      ['warning', 1],
      ['error', 1],
      ['critical', 1],
    ])
    const [span] = alerts[2]?.spans ?? []
    expect(span?.from).toBeGreaterThanOrEqual(1_800)
    expect(span?.from).toBeLessThanOrEqual(1_860)
    expect(span?.to).toBeGreaterThan(2_400)
    expect(span?.to).toBeLessThan(2_700)
  })

  test('fires by a share of operations where a quantile is judged', () => {
    const slow = history(latency, (minute) => {
      const upTo = isBad(minute) ? 5 : 10
      return {
        count: 10,
        upTo: new Map([
          [4.999, upTo],
          [30, 10],
        ]),
      }
    })
    expect(spansAt(slow, 5)).toHaveLength(1)
    expect(spansAt(slow, 30)).toEqual([])
  })

  test('says nothing without operations', () => {
    expect(
      spansAt(
        history(f1_score, () => ({})),
        0.8,
      ),
    ).toEqual([])
    expect(suggestThresholds(f1_score, [history(f1_score, () => ({}))])).toBeUndefined()
  })

  test('suggests thresholds of a quantile at the boundaries of its buckets', () => {
    const hour = history(latency, (minute) => {
      const upTo = minute >= 30 && minute < 31 ? 5 : 10
      return {
        count: 10,
        upTo: new Map([
          [1, 0],
          [5, upTo],
          [20, 10],
        ]),
      }
    })
    // The same, an evaluation each quarter of an hour: thirty hours.
    const slow = { ...hour, start: 0, range: { start: 0, end: 120 * 900, step: 900 } }
    const budget = { warning: 10_000, error: 10_000, critical: 0 }
    const suggestion = suggestThresholds(latency, [slow], [], budget) as Suggestion
    expect(suggestion.candidates.map(({ threshold }) => threshold)).not.toContain(1)
    expect(suggestion.candidates.at(-1)).toEqual({ threshold: 20, alertsPerWeek: 0 })
  })
})

test.each([
  ['the one just below the threshold, if it is there', [4, 4.999999999999999, 6], 4.999999999999999],
  ['the nearest one, if it is not', [1, 4.5, 10], 4.5],
  ['none, where there are none', [], undefined],
])('the boundary that divides operations is %s', (_, boundaries, expected) => {
  expect(edgeOf({ direction: 'lower_is_better' }, 5, boundaries)).toBe(expected)
})
