import { describe, expect, test } from '@jest/globals'
import { comparedThreshold, isInBreach, judgeGauge } from '@mnemoscope/kpi'

describe('a breach', () => {
  test.each([
    ['higher_is_better', 0.78, 0.8, false, true, 'begins where all that the value may be is at or beyond'],
    ['higher_is_better', 0.78, 0.81, false, false, 'does not begin while it may be better'],
    ['higher_is_better', 0.78, 0.81, true, true, 'and goes on while it may be beyond'],
    ['higher_is_better', 0.801, 0.85, true, false, 'ends where it cannot be beyond any more'],
    ['higher_is_better', 0.8, 0.85, true, true, 'goes on at the threshold'],
    ['lower_is_better', 5, 6, false, true, 'begins at the threshold where lower is better'],
    ['lower_is_better', 4.9, 6, false, false, 'does not begin there while it may be better'],
    ['lower_is_better', 4.9, 5, true, true, 'goes on there while it may be beyond'],
    ['lower_is_better', 4, 4.9, true, false, 'ends there once it cannot be'],
  ] as const)(
    'where %s, from %d to %d, firing %p: %p, it %s',
    (direction, low, high, firing, expected, _) => {
      const threshold = direction === 'higher_is_better' ? 0.8 : 5
      expect(isInBreach({ low, high }, threshold, direction, firing)).toBe(expected)
    },
  )

  test('of a sum of decimals begins at the threshold, whatever its last digit', () => {
    const mean = Array.from({ length: 7 }, () => 0.7).reduce((sum, each) => sum + each, 0) / 7
    expect(mean).not.toBe(0.7)
    for (const direction of ['higher_is_better', 'lower_is_better'] as const)
      expect(isInBreach({ low: mean, high: mean }, 0.7, direction, false)).toBe(true)
  })

  test.each([
    ['higher_is_better', 0.8, 0.8 + 8e-10],
    ['lower_is_better', 5, 5 - 5e-9],
    ['higher_is_better', -2, -2 + 2e-9],
    ['lower_is_better', 0, 0],
  ] as const)('where %s, %d is compared as %d', (direction, threshold, expected) => {
    expect(comparedThreshold(threshold, direction)).toBeCloseTo(expected, 15)
  })
})

describe('a gauge', () => {
  const higher = { direction: 'higher_is_better', scrapeInterval: 15, evaluationInterval: 15 } as const
  const lower = { direction: 'lower_is_better', scrapeInterval: 15, evaluationInterval: 15 } as const

  test.each([
    ['reads the worst of its instances', [5, 9], [95, 100], lower, 9],
    ['also where higher is better', [5, 9], [95, 100], higher, 5],
    ['expires two scrapes after its series ended', [5, 9], [100, 70], lower, 5],
    [
      'lasts one evaluation longer than the first scrape that failed',
      [5],
      [56],
      { ...lower, evaluationInterval: 30 },
      5,
    ],
    ['is unknown where no instance is left', [5, 9], [60, 70], lower, undefined],
    ['is unknown without instances', [], [], lower, undefined],
  ])('%s', (_, values, at, settings, expected) => {
    const scrapes = values.map((value, i) => ({ value, at: at[i] ?? 0 }))
    const judged = judgeGauge(scrapes, 100, settings)
    expect(judged).toEqual(
      expected === undefined ? undefined : { value: expected, low: expected, high: expected },
    )
  })
})
