import { expect, test } from '@jest/globals'
import { changeOf, type Estimate, estimate } from '../../src/index.js'

const estimateOf = (values: readonly number[]) => estimate(values) as Estimate
const hits = (hit: number, of: number) => Array.from({ length: of }, (_, i) => (i < hit ? 1 : 0))

// Published examples: Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, score method.
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('%s of %s lie between %s and %s', (hit, of, low, high) => {
  const interval = estimateOf(hits(hit, of))
  expect(interval).toMatchObject({ mean: hit / of, count: of })
  expect(interval.low).toBeCloseTo(low, 4)
  expect(interval.high).toBeCloseTo(high, 4)
})

test('a few perfect answers are not certain, and no answers are unknown', () => {
  expect(estimateOf([1, 1, 1])).toMatchObject({ mean: 1, low: expect.closeTo(0.4385, 4), high: 1 })
  expect(estimate([])).toBeUndefined()
})

test('the interval holds the mean it was drawn from in at least 95 of 100 cases, also for values between 0 and 1', () => {
  let seed = 1
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const within = Array.from({ length: 1_000 }, () => {
    // Mean 0.75: half of them are 1, the others spread.
    const { low, high } = estimateOf(Array.from({ length: 40 }, () => (random() < 0.5 ? 1 : random())))
    return low <= 0.75 && 0.75 <= high
  })
  expect(within.filter(Boolean).length).toBeGreaterThanOrEqual(950)
})

test.each([
  ['of the same size, and better by far', hits(20, 100), hits(60, 100), 0.4, true],
  ['a little better', hits(50, 100), hits(52, 100), 0.02, false],
  ['worse by far', hits(90, 100), hits(50, 100), -0.4, true],
  ['of few questions', hits(1, 4), hits(3, 4), 0.5, false],
])('a change %s', (_, before, after, by, isCertain) => {
  expect(changeOf(estimateOf(before), estimateOf(after))).toEqual({ by: expect.closeTo(by, 12), isCertain })
})
