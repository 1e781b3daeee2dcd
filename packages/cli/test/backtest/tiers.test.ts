import { expect, test } from '@jest/globals'
import { judgedValues } from '../../src/backtest/tiers.js'

const none = undefined
const short = {
  minSamples: 20,
  counts: [30, 5, none, none, none, none],
  values: [1, 2, none, none, none, none],
}
const sparse = { minSamples: 3, counts: [40, 12, 4, 2, 1, none], values: [10, 20, 30, 40, 50, none] }
const rare = {
  settled: 1,
  length: 2,
  counts: [40, 40, 40, 20, 8, 2],
  values: [100, 200, 300, 400, 500, 600],
}

test('the first window that can be trusted is judged', () => {
  expect(judgedValues({ short, sparse, rare })).toEqual([1, 20, 30, none, none, 600])
})

test.each([
  ['without having been trusted', [19, 18, 7], 5, [10, 20, 30]],
  ['down to a third of the samples', [20, 18, 7], 5, [1, 2, 3]],
  ['not below', [20, 6, 6.9], 5, [1, 20, 30]],
  ['for as long as that was within the sparse window', [20, 18, 18], 1, [1, 2, 30]],
  ['and again from then on', [18, 20, 18], 1, [10, 2, 3]],
])('a short window is judged on with fewer samples, %s', (_, counts, evaluations, judged) => {
  const windows = {
    short: { minSamples: 20, counts, values: [1, 2, 3], kept: { evaluations, leastSamples: 7 } },
    sparse: { minSamples: 3, counts: [40, 40, 40], values: [10, 20, 30] },
  }
  expect(judgedValues(windows)).toEqual(judged)
})

test('what a busy stream leaves behind is not taken for rare traffic', () => {
  expect(judgedValues({ short, sparse, rare: { ...rare, length: 1 } })).toEqual([1, 20, 30, none, 500, 600])
})

test('a first rare sample counts only once it has settled', () => {
  const empty = { counts: [none, none], values: [none, none] }
  const windows = {
    short: { ...empty, minSamples: 20 },
    sparse: { ...empty, minSamples: 3 },
    rare: { counts: [1, 1], values: [5, 6], settled: 1, length: 2 },
  }
  expect(judgedValues(windows)).toEqual([none, 6])
})

test('a gauge has one window', () => {
  expect(judgedValues({ short: { ...short, minSamples: 1 } }).slice(0, 3)).toEqual([1, 2, none])
})
