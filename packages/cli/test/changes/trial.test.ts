import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Alerted } from '../../src/backtest/episodes.js'
import { breachesApart, leftOf, mostOf, predictionOf, takenBackError } from '../../src/changes/trial.js'

type Times = readonly (readonly [from: number, to: number | undefined])[]
const at = (model: string, severity: Alerted['severity'], times: Times): Alerted => ({
  ...{ kpi: 'f1_score', severity, service: 's', model, contextSize: '8192', operation: 'search' },
  spans: times.map(([from, to]) => ({ from, to })),
})

// Chances of a Poisson distribution, from tables: of 1 and more at 0.01 it is 0.995 %, of 2 and more 0.005 %.
test.each([
  ['none in two weeks, an hour', 0, 336, 3_600, 1],
  ['none in two weeks, ten minutes: one in an hour is rare enough', 0, 336, 600, 0],
  ['ten in two weeks, an hour', 10, 336, 3_600, 1],
  ['fourteen in two weeks, a day', 14, 336, 86_400, 5],
  ['one an hour, an hour', 336, 336, 3_600, 5],
  ['ten an hour, an hour', 3_360, 336, 3_600, 21],
])('the most that is predicted: %s', (_, events, hours, seconds, most) => {
  expect(mostOf(events, hours, seconds)).toBe(most)
})

test('more in the past, or a longer time, never makes the range smaller', () => {
  const number = fc.integer({ min: 0, max: 5_000 })
  fc.assert(
    fc.property(number, number, fc.integer({ min: 1, max: 86_400 }), (events, more, seconds) => {
      expect(mostOf(events + more, 336, seconds)).toBeGreaterThanOrEqual(mostOf(events, 336, seconds))
      expect(mostOf(events, 336, seconds + more)).toBeGreaterThanOrEqual(mostOf(events, 336, seconds))
    }),
    { numRuns: 50 },
  )
})

describe('breaches in which only one of two configurations alerts', () => {
  test.each<[string, Alerted[], Alerted[], number, number]>([
    ['both', [at('a', 'warning', [[0, 9]])], [at('a', 'warning', [[3, 12]])], 0, 0],
    [
      'another level of the same breach',
      [at('a', 'warning', [[0, 9]])],
      [at('a', 'critical', [[3, 5]])],
      0,
      0,
    ],
    [
      'levels of one place are one breach',
      [],
      [at('a', 'warning', [[0, 9]]), at('a', 'critical', [[3, 5]])],
      1,
      0,
    ],
    ['each place is another one', [], [at('a', 'warning', [[0, 9]]), at('b', 'warning', [[0, 9]])], 2, 0],
    ['one is missed, one comes', [at('a', 'error', [[0, 9]])], [at('a', 'error', [[20, undefined]])], 1, 1],
  ])('%s', (_, earlier, edited, raised, missed) => {
    const apart = breachesApart(earlier, edited)
    expect([apart.raised.length, apart.missed.length]).toEqual([raised, missed])
    const replayed = { today: earlier, edited, hours: 90, coveredHours: 80, gone: [], unseen: ['recall'] }
    expect(predictionOf(replayed)).toEqual({ raised, missed, hours: 80, unseen: ['recall'] })
  })
})

describe('an edit in its first hour', () => {
  const prediction = { raised: 10, missed: 0, hours: 336, unseen: [] }
  test.each([
    ['is quiet', { raised: 0, missed: 0 }, undefined],
    ['raises what was predicted', { raised: 1, missed: 0 }, undefined],
    ['raises more', { raised: 2, missed: 0 }, { kind: 'raised', count: 2, most: 1 }],
    ['misses more', { raised: 0, missed: 2 }, { kind: 'missed', count: 2, most: 1 }],
    ['does both: what is missed is worse', { raised: 9, missed: 2 }, { kind: 'missed', count: 2, most: 1 }],
  ] as const)('%s', (_, seen, left) => {
    expect(leftOf(prediction, seen, 3_600)).toEqual(left)
  })

  test('the error says what fired where, and how to keep the edit', () => {
    const { raised } = breachesApart([], [at('gpt', 'warning', [[0, 9]])])
    const { code, message, next } = takenBackError({ kind: 'raised', count: 2, most: 1 }, raised, 3_600)
    expect([code, message]).toEqual([
      'CHANGE_TAKEN_BACK',
      expect.stringContaining(
        'predicts at most 1 in 60 min: f1_score, gpt (search) at 8192 in s, 1970-01-01',
      ),
    ])
    expect(next).toContain('takeBackWithin')
  })
})
