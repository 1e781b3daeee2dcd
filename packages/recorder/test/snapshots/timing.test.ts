import { expect, test } from '@jest/globals'
import { newestInstant, nextSettling, settlingMs } from '../../src/snapshots/timing.js'

test.each([
  [15, 11_000],
  [5, 6_000],
  [60, 11_000],
])('with a scrape interval of %i s an instant is settled after %i ms', (scrape, settling) => {
  expect(settlingMs(scrape)).toBe(settling)
})

test.each([
  [120_000, 60_000],
  [130_999, 60_000],
  [131_000, 120_000],
  [190_999, 120_000],
])('at %i the newest settled minute is %i', (now, instant) => {
  expect(newestInstant(now, 60_000, 11_000)).toBe(instant)
})

test.each([
  [120_000, 131_000],
  [131_000, 191_000],
  [190_999, 191_000],
])('at %i the next one is settled at %i', (now, next) => {
  expect(nextSettling(now, 60_000, 11_000)).toBe(next)
})
