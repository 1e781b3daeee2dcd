import { expect, test } from '@jest/globals'
import { restOf } from '../../src/dashboard/sources.js'
import { fiveMinutes, hours, levelsFor } from '../../src/snapshots/rollup.js'

test.each<[starts: number[], rest: [from: number, to: number][]]>([
  [[], [[5, 1_001]]],
  [
    [100],
    [
      [5, 100],
      [3_600_100, 7_200_001],
    ],
  ],
  [[5], [[3_600_005, 7_200_001]]],
  [[5, 3_600_005], [[7_200_005, 7_200_010]]],
  [
    [100, 3_600_100],
    [
      [5, 100],
      [7_200_100, 7_200_200],
    ],
  ],
])('full hours at %j leave the rest', (starts, rest) => {
  const span = { from: 5, to: rest.at(-1)?.[1] as number }
  const left = restOf(
    [span],
    starts.map((start) => new Date(start)),
    hours.ms,
  )
  expect(left.map(({ from, to }) => [from, to])).toEqual(rest)
})

test('parts within several spans leave the rest of each', () => {
  const spans = [
    { from: 0, to: 20 },
    { from: 40, to: 60 },
  ]
  expect(restOf(spans, [new Date(5), new Date(40)], 10)).toEqual([
    { from: 0, to: 5 },
    { from: 15, to: 20 },
    { from: 50, to: 60 },
  ])
})

test.each([
  [1_000, [hours, fiveMinutes]],
  [60_000, [hours, fiveMinutes]],
  [100_000, [hours, fiveMinutes]],
  [101_000, [hours]],
  [600_000, [hours]],
])('with snapshots %i ms apart, these roll-ups pay', (intervalMs, levels) => {
  expect(levelsFor(intervalMs)).toEqual(levels)
})
