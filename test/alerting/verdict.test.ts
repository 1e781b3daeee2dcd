import { describe, expect, test } from '@jest/globals'
import { shortPace } from './pace.js'
import { streams } from './story.js'
import { runs, type Verdict, verdictOf } from './verdict.js'

const breaching = streams(shortPace).find(({ model }) => model === 'f1_score 1,000 a second breaching')
const steady = streams(shortPace).find(({ model }) => model === 'f1_score 1,000 a second healthy')
const severities = ['warning', 'error', 'critical']
const fires = (model: string, ...spans: [number, number][]) =>
  severities.flatMap((severity) => spans.map(([from, to]) => ({ model, severity, from, to })))

describe('a verdict', () => {
  test.each<[string, [number, number][], Partial<Verdict>]>([
    ['finds nothing wrong', [[11, 22]], { seeded: 3, missed: 0, falseAlarms: 0, flaps: 0, unresolved: 0 }],
    ['tells what never came', [], { missed: 3 }],
    ['tells what came before its time', [[5, 22]], { missed: 3, falseAlarms: 3 }],
    [
      'tells what came twice',
      [
        [11, 14],
        [16, 22],
      ],
      { flaps: 3, falseAlarms: 0 },
    ],
    ['tells what did not end', [[11, 45]], { unresolved: 3 }],
    [
      'tells what came long after',
      [
        [11, 22],
        [40, 42],
      ],
      { falseAlarms: 3 },
    ],
  ])('%s', (_, spans, expected) => {
    if (breaching === undefined) throw new Error('no such stream')
    const verdict = verdictOf(breaching, fires(breaching.model, ...spans), { slack: 15, end: 45 })
    expect(verdict).toMatchObject(expected)
  })

  test('misses nothing where values wobble around the threshold, and counts what comes twice', () => {
    const wobbling = streams(shortPace).find(({ model }) => model === 'f1_score 1 an hour wobbling')
    if (wobbling === undefined) throw new Error('no such stream')
    const ending = { slack: 15, end: 45 }
    expect(verdictOf(wobbling, [], ending)).toMatchObject({ seeded: 1, missed: 0 })
    const twice = [[11, 14] as const, [16, 22] as const].map(([from, to]) => ({
      ...{ model: wobbling.model, severity: 'warning' },
      ...{ from, to },
    }))
    expect(verdictOf(wobbling, twice, ending)).toMatchObject({ missed: 0, flaps: 1, falseAlarms: 0 })
  })

  test('counts every alert of a healthy stream as a false one', () => {
    if (steady === undefined) throw new Error('no such stream')
    const verdict = verdictOf(steady, fires(steady.model, [11, 22]), { slack: 15, end: 45 })
    expect(verdict).toMatchObject({ seeded: 0, falseAlarms: 3 })
  })
})

test('runs are divided where an evaluation is missing', () => {
  expect(runs([1, 2, 3, 5, 6, 9], 1)).toEqual([
    { from: 1, to: 3 },
    { from: 5, to: 6 },
    { from: 9, to: 9 },
  ])
})
