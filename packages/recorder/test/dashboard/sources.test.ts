import { expect, test } from '@jest/globals'
import { fiveMinutes, hours, levelsFor, sixHours } from '../../src/snapshots/rollup.js'

test.each([
  [1_000, [hours, sixHours, fiveMinutes]],
  [60_000, [hours, sixHours, fiveMinutes]],
  [100_000, [hours, sixHours, fiveMinutes]],
  [101_000, [hours, sixHours]],
  [600_000, [hours, sixHours]],
])('with snapshots %i ms apart, these roll-ups pay', (intervalMs, levels) => {
  expect(levelsFor(intervalMs)).toEqual(levels)
})
