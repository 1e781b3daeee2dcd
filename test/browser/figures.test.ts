import { expect, test } from '@jest/globals'
import { medianAndWorst } from './long/figures.js'

test.each([
  [[5, 100, 4, 6, 7], { value: 6, worst: 100 }],
  [[1, 3], { value: 2, worst: 3 }],
])('rounds of %j come to their median, the worst beside it', (rounds, expected) => {
  expect(medianAndWorst(rounds)).toEqual(expected)
})
