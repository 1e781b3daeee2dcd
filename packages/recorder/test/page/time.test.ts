import { expect, test } from '@jest/globals'
import { formatDuration, formatUtc } from '../../page/time.js'

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
  expect(formatUtc(noon + 62, noon)).toBe('12:01:02')
  expect(formatUtc(noon, noon + 86_400)).toBe('21 Nov 12:00')
})
