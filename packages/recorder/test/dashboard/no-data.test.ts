import { describe, expect, test } from '@jest/globals'
import { type NoData, noDataOf, type Seen } from '../../src/dashboard/no-data.js'
import type { CurrentSnapshot } from '../../src/dashboard/snapshots.js'

const now = 1_800_000_000

const seen: Seen = {
  now,
  to: now,
  mostAge: 56,
  current: [snapshot(now - 20, 0.9)],
  newestInScope: now - 20,
  newestOfAll: now - 20,
  isPart: false,
}
const old = now - 86_400 * 3

describe('whether the values at the end of a window are known', () => {
  test.each([
    ['fresh values', seen, null],
    [
      'one fresh value among stopped series',
      { ...seen, current: [snapshot(now - 90), ...seen.current] },
      null,
    ],
    [
      'an empty database',
      { ...seen, current: [], newestInScope: null, newestOfAll: null },
      { reason: 'nothing_yet', since: null },
    ],
    [
      'no series in the last intervals',
      { ...seen, current: [], newestInScope: now - 600 },
      { reason: 'no_snapshot', since: now - 600 },
    ],
    [
      'values that are older than the last intervals',
      { ...seen, current: [snapshot(now - 57, 0.9)], newestInScope: now - 57 },
      { reason: 'no_snapshot', since: now - 57 },
    ],
    [
      'an outage that is longer than the window',
      { ...seen, current: [], newestInScope: null, newestOfAll: old },
      { reason: 'no_snapshot', since: old },
    ],
    [
      'an unknown model',
      { ...seen, current: [], newestInScope: null, isPart: true },
      { reason: 'no_snapshot', since: null },
    ],
    [
      'a day long ago that ends with values',
      { ...seen, to: old, current: [snapshot(old - 20, 0.9)], newestInScope: old - 20 },
      null,
    ],
    [
      'a day long ago without any',
      { ...seen, to: old, current: [], newestInScope: null },
      { reason: 'no_snapshot', since: null },
    ],
    [
      'too few measurements for a single value',
      { ...seen, current: [snapshot(now - 20, null)] },
      { reason: 'no_value', since: now - 20 },
    ],
  ] satisfies [string, Seen, NoData | null][])('%s', (_, given, expected) => {
    expect(noDataOf(given)).toEqual(expected)
  })
})

function snapshot(timestamp: number, value: number | null = 1): CurrentSnapshot {
  const measured = { value, samples: 5, mean: value, p50: null, p95: null, p99: null, max: null }
  return {
    timestamp,
    service: 'memory',
    model: 'a',
    context_size: '8192',
    operation: 'search',
    kpis: { f1_score: { ...measured, last_operation: timestamp, severity: null, thresholds: {} } },
  }
}
