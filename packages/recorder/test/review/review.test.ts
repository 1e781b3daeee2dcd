import { expect, test } from '@jest/globals'
import { isNight, localTime } from '../../src/review/night.js'
import { figuresOf, median, type Outcome, reviewedAlerts, reviewedDays } from '../../src/review/review.js'

const start = Date.parse('2026-11-02T00:00:00Z') / 1_000
const hour = 3_600

/** An alert that ended after ten minutes, that nobody touched. */
const untouched: Outcome = {
  ...{ id: 1, alert: 'MnemoscopeF1ScoreCritical', level: 'critical', kpi: 'f1_score' },
  ...{ service: 'memory', model: 'a', context_size: '8192', operation: 'search' },
  ...{ startsAt: start + 12 * hour, toNotice: null, toAcknowledge: null, toRecover: 600 },
  ...{ rating: null, isFlap: false },
}
const latency = { ...untouched, alert: 'MnemoscopeLatencyWarning', level: 'warning', kpi: 'latency' }

const history: readonly Outcome[] = [
  { ...untouched, id: 1, toNotice: 90, toAcknowledge: 60, rating: 'useful' },
  { ...untouched, id: 2, startsAt: start + 27 * hour, toNotice: 30, toAcknowledge: 300, rating: 'noise' },
  { ...untouched, id: 3, startsAt: start + 28 * hour, isFlap: true, toRecover: 1_200, rating: 'useful' },
  { ...untouched, id: 4, startsAt: start + 50 * hour, toRecover: null },
  { ...latency, id: 5, startsAt: start + 3 * hour },
]

test('figures are those that a person counts', () => {
  expect(figuresOf(history, localTime('UTC'))).toEqual({
    ...{ episodes: 5, open: 1, useful: 2, noise: 1, precision: 2 / 3 },
    to_notice: { median_seconds: 60, count: 2 },
    to_acknowledge: { median_seconds: 180, count: 2 },
    to_recover: { median_seconds: 600, count: 4 },
    // At 3:00 and 4:00 of the second day, and at 2:00 of the third; the warning wakes nobody.
    ...{ flaps: 1, night_pages: 3, acted_on: 3 },
  })
})

test('unknown is null, not 0', () => {
  expect(figuresOf([], localTime('UTC'))).toEqual({
    ...{ episodes: 0, open: 0, useful: 0, noise: 0, precision: null },
    to_notice: { median_seconds: null, count: 0 },
    to_acknowledge: { median_seconds: null, count: 0 },
    to_recover: { median_seconds: null, count: 0 },
    ...{ flaps: 0, night_pages: 0, acted_on: 0 },
  })
})

test('each rule at each place is reviewed by itself', () => {
  const elsewhere = { ...latency, id: 6, service: 'api' }
  const reviewed = reviewedAlerts([...history, elsewhere], localTime('UTC'))
  expect(reviewed.map(({ alert, service, newest, episodes }) => [alert, service, newest, episodes])).toEqual([
    ['MnemoscopeF1ScoreCritical', 'memory', 4, 4],
    ['MnemoscopeLatencyWarning', 'memory', 5, 1],
    ['MnemoscopeLatencyWarning', 'api', 6, 1],
  ])
})

test('days and nights are those of the time zone', () => {
  const none = { info: 0, warning: 0, error: 0, critical: 0, night_pages: 0 }
  expect(reviewedDays(history, localTime('UTC'))).toEqual([
    { ...none, day: '2026-11-02', episodes: 2, warning: 1, critical: 1 },
    { ...none, day: '2026-11-03', episodes: 2, critical: 2, night_pages: 2 },
    { ...none, day: '2026-11-04', episodes: 1, critical: 1, night_pages: 1 },
  ])
  // Nine hours later: noon is 21:00, 3:00 is noon.
  expect(
    reviewedDays(history, localTime('Asia/Tokyo')).map(({ day, night_pages }) => [day, night_pages]),
  ).toEqual([
    ['2026-11-02', 0],
    ['2026-11-03', 0],
    ['2026-11-04', 0],
  ])
})

test.each([
  ['2026-03-29T00:30:00Z', 1],
  // Summer time begins: an hour is left out.
  ['2026-03-29T01:30:00Z', 3],
  ['2026-10-25T01:30:00Z', 2],
])('%s is hour %i in Berlin', (at, hourThere) => {
  expect(localTime('Europe/Berlin')(Date.parse(at) / 1_000).hour).toBe(hourThere)
})

test.each([
  [21, false],
  [22, true],
  [0, true],
  [6, true],
  [7, false],
])('hour %i is at night: %p', (at, is) => {
  expect(isNight(at)).toBe(is)
})

test.each([
  [[], null],
  [[3], 3],
  [[9, 1], 5],
  [[7, 1, 5], 5],
])('the median of %p is %p', (values, middle) => {
  expect(median(values)).toBe(middle)
})
