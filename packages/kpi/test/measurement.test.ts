import { describe, expect, test } from '@jest/globals'
import { defineConfig, refusalOf } from '@mnemoscope/kpi'
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
    ['token_usage', 12.5, 'not_an_integer'],
    ['token_usage', 12, undefined],
    ['overflow_frequency', 'hierarchy', undefined],
    ['overflow_frequency', 'zip', 'unknown_outcome'],
    ['overflow_frequency', 1, 'unknown_outcome'],
    ['adaptation_success_rate', 'refused', undefined],
  ])('of %s with the value %p is refused as %p', (id, value, expected) => {
    const kpi = kpis[id]
    expect(kpi && refusalOf(kpi, value)).toBe(expected)
  })

  test('of any kind is judged without throwing, and what is accepted is finite and in range', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(kpis)), fc.anything(), (kpi, value) => {
        if (refusalOf(kpi, value) !== undefined || kpi.outcomes !== undefined) return true
        return (
          Number.isFinite(value) && (value as number) >= kpi.range.min && (value as number) <= kpi.range.max
        )
      }),
    )
  })
})
