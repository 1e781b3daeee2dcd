import { describe, expect, test } from '@jest/globals'
import { trendText } from '@mnemoscope/kpi'
import { type TrendPoint, trendOf } from '../../src/dashboard/trend.js'
import { autoregressive, randomOf } from '../plumbing/autoregressive.js'

const hour = 3_600_000

function points(values: readonly number[], everyMs = hour / 2): TrendPoint[] {
  return values.map((value, i) => ({ at: i * everyMs, value }))
}

describe('a change', () => {
  const noise = autoregressive(48, 0, randomOf(3)).map((each) => 0.01 * each)

  test('for good is a step, with its time and the values before and after', () => {
    const values = noise.map((each, i) => each + (i >= 30 ? 0.8 : 0.9))
    const trend = trendOf(points(values), 'higher_is_better')
    expect(trend).toMatchObject({ direction: 'degrading', shape: 'step' })
    expect(trend.from_value).toBeCloseTo(0.9, 2)
    expect(trend.to_value).toBeCloseTo(0.8, 2)
    expect(Math.abs((trend.since as number) - (30 * hour) / 2_000)).toBeLessThanOrEqual(hour / 1_000)
    expect(trendText(trend, String)).toMatch(
      /^fell from 0\.\d+ to 0\.\d+ at 1970-01-01 1[45]:\d\d UTC, and stayed$/,
    )
  })

  test('little by little is a ramp, with its ends', () => {
    const values = noise.map((each, i) => each + 0.9 - (0.2 * i) / 47)
    const trend = trendOf(points(values), 'higher_is_better')
    expect(trend).toMatchObject({ direction: 'degrading', shape: 'ramp', since: 0 })
    expect(trend.from_value).toBeCloseTo(0.9, 2)
    expect(trend.to_value).toBeCloseTo(0.7, 2)
    expect(trend.slope_per_hour).toBeCloseTo(-0.2 / 23.5, 3)
    expect(trendOf(points(values), 'lower_is_better').direction).toBe('improving')
  })

  // The less noise there is, the more a ramp looks like values that only follow one another.
  test.each([12, 16, 24, 48, 96])('without any noise is found in %i points', (count) => {
    const clear = (shareAt: (passed: number) => number) =>
      trendOf(
        points(Array.from({ length: count }, (_, i) => 0.95 - 0.5 * shareAt(i / (count - 1)))),
        'higher_is_better',
      )
    const ramp = (begin: number, end: number) => (passed: number) =>
      Math.min(1, Math.max(0, (passed - begin) / (end - begin)))
    for (const shareAt of [
      ramp(0, 1),
      ramp(0, 0.5),
      ramp(0.5, 1),
      (passed: number) => passed ** 2,
      Math.sqrt,
    ])
      expect(clear(shareAt)).toMatchObject({ direction: 'degrading', shape: 'ramp' })
    expect(clear((passed) => (passed > 0.5 ? 1 : 0)).direction).toBe('degrading')
  })

  test('ends at values that there were, also where the line through it goes beyond them', () => {
    const values = noise.map((each, i) => each / 5 + 0.4 + 0.53 * Math.min(1, i / 24))
    const trend = trendOf(points(values), 'higher_is_better')
    expect(trend).toMatchObject({ direction: 'improving', shape: 'ramp' })
    expect(trend.from_value).toBeGreaterThanOrEqual(Math.min(...values))
    expect(trend.to_value).toBeLessThanOrEqual(Math.max(...values))
  })

  test('is found over a gap, at its time', () => {
    const values = points(noise.map((each, i) => each + (i >= 30 ? 0.8 : 0.9))).filter(
      (_, i) => i < 10 || i > 25,
    )
    expect(trendOf(values, 'higher_is_better')).toMatchObject({ direction: 'degrading', shape: 'step' })
  })
})

describe('no change', () => {
  test('reads a flat line as stable', () => {
    const flat = trendOf(points(new Array(30).fill(0.9)), 'higher_is_better')
    expect(flat).toMatchObject({ direction: 'stable', shape: null, slope_per_hour: 0 })
  })

  test('is what repeats every day, and a step on top of it is one', () => {
    const days = (step: number) =>
      points(
        autoregressive(96, 0, randomOf(5)).map(
          (each, i) => 0.05 * each + Math.sin((2 * Math.PI * i) / 24) + (i >= 60 ? step : 0),
        ),
        hour,
      )
    expect(trendOf(days(0), 'lower_is_better').direction).toBe('stable')
    expect(trendOf(days(0.5), 'lower_is_better')).toMatchObject({ direction: 'degrading', shape: 'step' })
  })

  test('is one outlier', () => {
    const values = new Array(30).fill(1).map((v, i) => (i === 29 ? 50 : v))
    expect(trendOf(points(values), 'lower_is_better').direction).toBe('stable')
  })

  test('is a certain but tiny one', () => {
    const values = Array.from({ length: 40 }, (_, i) => 1 + i * 1e-5)
    expect(trendOf(points(values), 'lower_is_better').direction).toBe('stable')
  })
})

test.each([
  [[], null],
  [[0.5], null],
  [[0.5, 0.6, 0.7], 0.2],
  [Array.from({ length: 23 }, (_, i) => 0.5 + (i % 2) / 10), 0],
])('is unknown where a change could not be found: %j', (values, slope) => {
  const trend = trendOf(points(values), 'higher_is_better')
  expect(trend).toMatchObject({ direction: 'unknown', shape: null, since: null })
  if (slope === null) expect(trend.slope_per_hour).toBeNull()
  else expect(trend.slope_per_hour).toBeCloseTo(slope)
})
