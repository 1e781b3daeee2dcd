import { describe, expect, test } from '@jest/globals'
import { type TrendPoint, trendOf } from '../../src/dashboard/trend.js'
import { autoregressive, randomOf } from '../plumbing/autoregressive.js'

const halfHour = 1_800_000

function points(values: readonly number[]): TrendPoint[] {
  return values.map((value, i) => ({ at: i * halfHour, value }))
}

/** Share of a change that has happened at each of 48 points. */
type Change = (passed: number) => number
const changes = {
  none: () => 0,
  'a step': (passed) => (passed >= 0.4 ? 1 : 0),
  'a late step': (passed) => (passed >= 0.75 ? 1 : 0),
  'a ramp that ends': (passed) => Math.min(1, Math.max(0, (passed - 0.25) / 0.5)),
  'a ramp of all the time': (passed) => passed,
  'an accelerating decline': (passed) => passed ** 2,
} as const satisfies Record<string, Change>

/** In how many of 100 series of 48 points a change of two marginal standard deviations is found. */
function found(change: Change, correlation: number): number {
  const series = Array.from({ length: 100 }, (_, seed) =>
    autoregressive(48, correlation, randomOf(1 + seed)).map((noise, i) => noise + 2 * change(i / 47)),
  )
  return series.filter((values) => trendOf(points(values), 'lower_is_better').direction === 'degrading')
    .length
}

describe('power: in 100 series of 48 points a change of two standard deviations is found, with noise', () => {
  test.each<[name: keyof typeof changes, independent: number, correlated: number]>([
    ['a step', 99, 90],
    ['a late step', 97, 76],
    ['a ramp that ends', 98, 88],
    ['a ramp of all the time', 90, 70],
    ['an accelerating decline', 90, 70],
  ])('%s: at least %i independent, %i of a correlation of 0.3', (name, independent, correlated) => {
    expect(found(changes[name], 0)).toBeGreaterThanOrEqual(independent)
    expect(found(changes[name], 0.3)).toBeGreaterThanOrEqual(correlated)
  })
})

test.each([12, 48])('%i points of noise are a change in few of 100 series', (count) => {
  for (const correlation of [0, 0.3, 0.6]) {
    const alarms = Array.from({ length: 100 }, (_, seed) => {
      const values = autoregressive(count, correlation, randomOf(7_000 + seed))
      return trendOf(points(values), 'higher_is_better').shape
    }).filter((shape) => shape !== null)
    // Five are allowed, and two standard errors.
    expect(alarms.length).toBeLessThanOrEqual(9)
  }
})
