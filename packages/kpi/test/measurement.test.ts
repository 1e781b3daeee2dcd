import { describe, expect, test } from '@jest/globals'
import { countedRange, countedValue, defineConfig, hasSum, type Kpi, refusalOf } from '@mnemoscope/kpi'
import fc from 'fast-check'

const { kpis } = defineConfig()

describe('a measurement', () => {
  test.each([
    ['f1_score', 0, undefined],
    ['f1_score', 1, undefined],
    ['f1_score', 1.2, 'out_of_range'],
    ['f1_score', -0.1, 'out_of_range'],
    ['f1_score', Number.NaN, 'not_a_number'],
    ['f1_score', '0.9', 'not_a_number'],
    ['f1_score', null, 'not_a_number'],
    ['latency', Number.POSITIVE_INFINITY, 'not_finite'],
    ['latency', Number.NEGATIVE_INFINITY, 'not_finite'],
    ['latency', -1, 'out_of_range'],
    ['token_usage', -5, 'out_of_range'],
    ['token_usage', 12.5, undefined],
    ['token_usage', 2_000_000_000, undefined],
    ['context_utilization', 1.3, undefined],
    ['context_utilization', -0.1, 'out_of_range'],
    ['latency', 100_000, undefined],
    ['memory_usage', 2 ** 51, undefined],
    ['token_usage', 12, undefined],
    ['overflow_frequency', 'hierarchy', undefined],
    ['overflow_frequency', 'zip', 'unknown_outcome'],
    ['overflow_frequency', 1, 'unknown_outcome'],
    ['adaptation_success_rate', 'refused', undefined],
  ])('of %s with the value %p is refused as %p', (id, value, expected) => {
    const kpi = kpis[id]
    expect(kpi && refusalOf(kpi, value)).toBe(expected)
  })

  test('of any kind is checked without an error, and what is counted is finite and in the counted range', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(kpis)), fc.anything(), (kpi, value) => {
        if (refusalOf(kpi, value) !== undefined || kpi.outcomes !== undefined) return true
        const counted = countedValue(kpi, value as number)
        const { min, max } = countedRange(kpi)
        return Number.isFinite(value) && counted >= min && counted <= max
      }),
    )
  })

  test('is never refused because it is worse than the range, and never counted as a better value', () => {
    const finite = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })
    const range = { min: 0.2, max: 0.9, integer: false }
    fc.assert(
      fc.property(
        fc.constantFrom('higher_is_better', 'lower_is_better'),
        finite,
        finite,
        (direction, a, b) => {
          const kpi = { ...kpis.f1_score, id: 'k', direction, range } as Kpi
          const worse = (x: number, y: number) => (direction === 'higher_is_better' ? x <= y : x >= y)
          if (worse(a, direction === 'higher_is_better' ? range.max : range.min)) {
            expect(refusalOf(kpi, a)).toBeUndefined()
          }
          if (worse(a, b)) expect(worse(countedValue(kpi, a), countedValue(kpi, b))).toBe(true)
        },
      ),
    )
  })

  test('of a KPI that can be negative has no sum', () => {
    const { f1_score } = kpis
    expect(hasSum(f1_score)).toBe(true)
    for (const direction of ['higher_is_better', 'lower_is_better'] as const)
      expect(hasSum({ direction, range: { min: -1, max: 1, integer: false } })).toBe(false)
  })

  test('that is worse than its range, or a fraction of an integer, is counted as it is or rounded', () => {
    expect(countedValue(kpis.context_utilization, 1.3)).toBe(1.3)
    expect(countedValue(kpis.latency, 100_000)).toBe(100_000)
    expect(countedValue(kpis.latency, Number.MAX_VALUE)).toBe(86_400 * 1_001)
    expect(countedValue(kpis.token_usage, 12.5)).toBe(13)
    expect(countedValue(kpis.token_usage, 0.4)).toBe(0)
    expect(countedValue(kpis.f1_score, 0.7)).toBe(0.7)
  })
})
