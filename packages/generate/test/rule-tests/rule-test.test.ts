import { expect, test } from '@jest/globals'
import { type SeriesValue, type Steady, seriesValues, steadyValues } from '../../src/rule-tests/rule-test.js'

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

test.each([
  [[{ value: 0.9, samples: 86_400 }]],
  [
    [
      { value: '_', samples: 40 },
      { value: 0.9, samples: 10 },
      { value: 0.9, samples: 1 },
      { value: 0.5, samples: 3 },
    ],
  ],
  [
    [
      { value: 0.9, samples: 0 },
      { value: '_', samples: 1 },
      { value: 1, samples: 2 },
      { value: '_', samples: 3 },
    ],
  ],
] satisfies [Steady[]][])('values that stay are written as if each stood there: %j', (runs) => {
  const each = runs.flatMap(({ value, samples }) => Array<SeriesValue>(samples).fill(value))
  expect(steadyValues(runs)).toBe(seriesValues(each))
})
