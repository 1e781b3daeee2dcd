import { describe, expect, test } from '@jest/globals'
import type { Alerted } from '../../src/backtest/episodes.js'
import { reproductionOf, spansOf } from '../../src/backtest/fired.js'
import { backtestText } from '../../src/backtest/text.js'

const place = {
  kpi: 'latency',
  severity: 'warning',
  service: 's',
  model: 'm',
  contextSize: '8192',
  operation: 'search',
} as const
const range = { start: 0, end: 100, step: 10 }
const alerted = (...spans: [number, number | undefined][]): Alerted[] => [
  { ...place, spans: spans.map(([from, to]) => ({ from, to })) },
]

test('an alert fires from its first evaluation to the first one without it, or goes on at the end', () => {
  const column = [1, undefined, undefined, 1, 1, undefined, 1]
  expect(spansOf(column, range)).toEqual([
    { from: 0, to: 10 },
    { from: 30, to: 50 },
    { from: 60, to: undefined },
  ])
})

describe('a replay of the configuration in force', () => {
  test.each<[string, Alerted[], Alerted[], object]>([
    ['has nothing to agree with', alerted(), [], { fired: 0, found: 0, alike: null, differences: [] }],
    [
      'agrees',
      alerted([10, 50], [90, undefined]),
      alerted([10, 50], [90, undefined]),
      { fired: 2, found: 2, alike: 1 },
    ],
    ['begins an evaluation late', alerted([10, 50]), alerted([20, 50]), { fired: 1, found: 1, alike: 0.75 }],
    ['ends an evaluation late', alerted([10, 50]), alerted([10, 60]), { fired: 1, found: 1, alike: 0.8 }],
    [
      'has one alert for two',
      alerted([10, 20], [30, 40]),
      alerted([10, 40]),
      { fired: 2, found: 2, alike: 2 / 3 },
    ],
    ['lacks one', alerted([10, 50]), [], { fired: 1, found: 0, alike: 0, differences: [{ kind: 'missed' }] }],
    [
      'has another',
      [],
      alerted([10, 50]),
      { fired: 0, found: 0, alike: 0, differences: [{ kind: 'raised' }] },
    ],
  ])('%s', (_, fired, replayed, expected) => {
    expect(reproductionOf(fired, replayed, range)).toMatchObject(expected)
  })

  test('says so for people, with the misses', () => {
    const reproduced = reproductionOf(alerted([10, 50], [60, 70]), alerted([10, 50]), range)
    const text = backtestText({ today: [], edited: [], differences: [], reproduced, hours: 1 })
    expect(text).toContain(
      '1 of 2 alerts are in the replay too; alike in 80.0 % of the time in which either fires',
    )
    expect(text).toMatch(/fired only +latency warning, m \(search\) at 8192 in s: 10 s/)
  })
})
