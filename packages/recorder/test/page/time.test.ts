import { expect, test } from '@jest/globals'
import {
  formatDay,
  formatDuration,
  formatTime,
  formatZoned,
  showLocalTimes,
  zoneAt,
} from '../../page/time.js'

test.each([
  [0, '0 s'],
  [59.4, '59 s'],
  [60, '1 min'],
  [90, '1 min 30 s'],
  [3_600, '1 h'],
  [11_400, '3 h 10 min'],
  [187_200, '2 d 4 h'],
  [-3, '0 s'],
])('%p seconds are %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text))

test('a time of today has its seconds, one of another day its day', () => {
  const noon = Date.UTC(2030, 10, 21, 12) / 1_000
  expect(formatTime(noon + 62, noon)).toBe('12:01:02')
  expect(formatTime(noon, noon + 86_400)).toBe('21 Nov 12:00')
})

test('times can be shown where the reader is, with the name of the zone there', () => {
  const at = Date.UTC(2030, 10, 21, 23, 30) / 1_000
  expect(formatZoned(at)).toBe('21 Nov 23:30 UTC')
  showLocalTimes(true)
  try {
    const local = new Date(at * 1_000)
    const [hour, minute] = [local.getHours(), local.getMinutes()].map((each) => String(each).padStart(2, '0'))
    expect(formatDay(at)).toBe(`${local.getDate()} Nov`)
    expect(formatZoned(at)).toBe(`${local.getDate()} Nov ${hour}:${minute} ${zoneAt(at)}`)
  } finally {
    showLocalTimes(false)
  }
})
