import { expect, test } from '@jest/globals'
import { monthOf } from '../../src/report/month.js'

const later = Date.parse('2027-06-01T00:00:00Z')

test.each([
  ['2026-11', 'UTC', 'November 2026', '2026-11-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
  ['2026-12', 'UTC', 'December 2026', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  // Summer time begins and ends within a month.
  ['2026-03', 'Europe/Berlin', 'March 2026', '2026-02-28T23:00:00.000Z', '2026-03-31T22:00:00.000Z'],
  ['2026-10', 'Europe/Berlin', 'October 2026', '2026-09-30T22:00:00.000Z', '2026-10-31T23:00:00.000Z'],
  ['2026-11', 'Asia/Kolkata', 'November 2026', '2026-10-31T18:30:00.000Z', '2026-11-30T18:30:00.000Z'],
  // There summer time ends on the first day of a month.
  ['2026-11', 'America/New_York', 'November 2026', '2026-11-01T04:00:00.000Z', '2026-12-01T05:00:00.000Z'],
])('%s in %s', (month, zone, name, from, to) => {
  expect(monthOf(month, zone, later)).toEqual({ name, from, to })
})

test('a month that is not over goes up to now', () => {
  expect(monthOf('2026-11', 'UTC', Date.parse('2026-11-30T12:00:00Z')).to).toBe('2026-11-30T12:00:00.000Z')
})

test.each([
  ['2026-13', 'UTC', '--month: "2026-13": expected a month such as "2026-11"'],
  ['November', 'UTC', '--month'],
  ['2027-07', 'UTC', 'a month that has begun'],
  ['2026-11', 'Mars/Olympus', '--time-zone: "Mars/Olympus"'],
])('%s in %s is refused', (month, zone, message) => {
  expect(() => monthOf(month, zone, later)).toThrow(message)
})
