import { expect, test } from '@jest/globals'
import { fiveMinutes, hours, levelsFor } from '../../src/snapshots/rollup.js'

test.each([
  [1_000, [hours, fiveMinutes]],
  [60_000, [hours, fiveMinutes]],
  [100_000, [hours, fiveMinutes]],
  [101_000, [hours]],
  [600_000, [hours]],
])('with snapshots %i ms apart, these roll-ups pay', (intervalMs, levels) => {
  expect(levelsFor(intervalMs)).toEqual(levels)
})
