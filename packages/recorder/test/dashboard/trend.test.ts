import { describe, expect, test } from '@jest/globals'
import { type TrendPoint, trendOf } from '../../src/dashboard/trend.js'

const hour = 3_600_000

function points(values: readonly number[]): TrendPoint[] {
  return values.map((value, i) => ({ at: i * hour, value }))
}

/** Uniform on -1 to 1, the same in every run (Lehmer generator, Park and Miller's constants). */
function noise(count: number, seed: number): number[] {
  let state = seed
  return Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647
    return (state / 2_147_483_647) * 2 - 1
  })
}

describe('trendOf', () => {
  test('reads a flat line as stable, where the first version read "degrading"', () => {
    const flat = trendOf(points(new Array(30).fill(0.9)), 'higher_is_better')
    expect(flat).toEqual({ direction: 'stable', slope_per_hour: 0, p_value: 1 })
  })

  test('reads a rise by the sense of the KPI', () => {
    const rising = points(noise(40, 7).map((n, i) => 0.7 + i * 0.005 + n * 0.01))
    expect(trendOf(rising, 'higher_is_better').direction).toBe('improving')
    expect(trendOf(rising, 'lower_is_better').direction).toBe('degrading')
    expect(trendOf(rising, 'higher_is_better').slope_per_hour).toBeCloseTo(0.005, 3)
  })

  test('reads a fall by the sense of the KPI', () => {
    const falling = points(noise(40, 8).map((n, i) => 10 - i * 0.1 + n))
    expect(trendOf(falling, 'higher_is_better').direction).toBe('degrading')
    expect(trendOf(falling, 'lower_is_better').direction).toBe('improving')
  })

  test('reads noise as stable, with no more false alarms than its significance allows', () => {
    const alarms = Array.from({ length: 400 }, (_, i) => {
      const values = noise(48, 1_000 + i * 7_919).map((n) => 0.9 + n * 0.05)
      return trendOf(points(values), 'higher_is_better').direction
    }).filter((direction) => direction !== 'stable')
    expect(alarms.length / 400).toBeLessThanOrEqual(0.08)
  })

  test('is not misled by noise that was averaged over overlapping windows', () => {
    const alarms = Array.from({ length: 400 }, (_, i) => {
      const raw = noise(53, 5_000 + i * 104_729)
      const values = raw.slice(5).map((_, k) => raw.slice(k, k + 6).reduce((a, b) => a + b) / 6)
      return trendOf(points(values.map((v) => 0.9 + v * 0.1)), 'higher_is_better').direction
    }).filter((direction) => direction !== 'stable')
    expect(alarms.length / 400).toBeLessThanOrEqual(0.2)
  })

  test('one outlier makes no trend', () => {
    const values = new Array(30).fill(1).map((v, i) => (i === 29 ? 50 : v))
    expect(trendOf(points(values), 'lower_is_better').direction).toBe('stable')
  })

  test('a certain but tiny change is no news', () => {
    const values = Array.from({ length: 40 }, (_, i) => 1 + i * 1e-5)
    expect(trendOf(points(values), 'lower_is_better').direction).toBe('stable')
  })

  test.each([
    [[], null, null],
    [[0.5], null, null],
    [[0.5, 0.6, 0.7], 0.1, null],
  ])('is stable with too few points: %j', (values, slope, pValue) => {
    const trend = trendOf(points(values), 'higher_is_better')
    expect(trend.direction).toBe('stable')
    expect(trend.p_value).toBe(pValue)
    if (slope === null) expect(trend.slope_per_hour).toBeNull()
    else expect(trend.slope_per_hour).toBeCloseTo(slope)
  })
})
