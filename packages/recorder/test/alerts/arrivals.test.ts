import { expect, test } from '@jest/globals'
import { countArrivals } from '../../src/alerts/arrivals.js'

test('foreign alerts are counted for an hour, with the name of the newest', () => {
  const arrivals = countArrivals()
  const at = (minute: number) => minute * 60_000
  expect(arrivals.foreign(at(0))).toBeUndefined()
  arrivals.add([], at(0))
  expect(arrivals.foreign(at(0))).toBeUndefined()
  arrivals.add(['DiskFull', 'HighLoad'], at(1))
  arrivals.add(['DiskFull'], at(31))
  expect(arrivals.foreign(at(40))).toEqual({ count: 3, example: 'DiskFull' })
  expect(arrivals.foreign(at(70))).toEqual({ count: 1, example: 'DiskFull' })
  expect(arrivals.foreign(at(100))).toBeUndefined()
})
