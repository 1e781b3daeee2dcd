import { expect, test } from '@jest/globals'
import { type SeriesValue, seriesValues } from '../../src/rule-tests/rule-test.js'

test.each([
  [[], ''],
  [[1], '1'],
  [[1, 2], '1 2'],
  [[0, 2, 4, 6], '0+2x3'],
  [[6, 4, 2, 0, 0, 0], '6-2x3 0 0'],
  [[5, 5, 5, 7], '5x2 7'],
  [['_', '_', 3, 'stale', '_'], '_x2 3 stale _'],
  // 0.1 added twice to 0.1 is not 0.3.
  [[0.1, 0.2, 0.3], '0.1 0.2 0.3'],
  [[-1, -2, -3], '-1-1x2'],
] satisfies [SeriesValue[], string][])('values %j are written as %j', (values, text) => {
  expect(seriesValues(values)).toBe(text)
})
