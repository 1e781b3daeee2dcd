import { expect, test } from '@jest/globals'
import { outcomeOf, type SendOutcome } from '../../src/recorder/send-logs.js'

const now = Date.UTC(2026, 0, 1)
const unavailable = (retryAfter?: number): SendOutcome => ({ kind: 'unavailable', retryAfter })

test.each<[status: number, retryAfter: string | null, expected: SendOutcome]>([
  [200, null, { kind: 'stored', rejected: 0, reason: '' }],
  [413, null, { kind: 'too_large' }],
  [408, null, unavailable()],
  [429, '120', unavailable(120_000)],
  [502, null, unavailable()],
  [503, '0', unavailable(0)],
  [503, 'Thu, 01 Jan 2026 00:01:00 GMT', unavailable(60_000)],
  [503, 'Wed, 31 Dec 2025 00:00:00 GMT', unavailable()],
  [503, 'soon', unavailable()],
  [504, '-5', unavailable()],
  // A request that can't be handled would block all later ones.
  [500, '1', { kind: 'refused', status: 500 }],
  [501, null, { kind: 'refused', status: 501 }],
  [400, null, { kind: 'refused', status: 400 }],
])('an answer of %i with Retry-After %s', (status, retryAfter, expected) => {
  expect(outcomeOf(status, undefined, retryAfter, now)).toEqual(expected)
})

test('a partial success has the number of refused records, as a number or as text', () => {
  const of = (rejectedLogRecords: unknown) =>
    outcomeOf(200, { partialSuccess: { rejectedLogRecords, errorMessage: 'no such KPI' } })
  expect(of('2')).toEqual({ kind: 'stored', rejected: 2, reason: 'no such KPI' })
  expect(of(2)).toEqual({ kind: 'stored', rejected: 2, reason: 'no such KPI' })
  expect(of('many')).toMatchObject({ rejected: 0 })
})
