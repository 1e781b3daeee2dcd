import { describe, expect, test } from '@jest/globals'
import { type AlertSettings, replay } from '../../src/backtest/replay.js'

const f1: AlertSettings = {
  direction: 'higher_is_better',
  noData: 'ignore',
  threshold: 0.8,
  for: 0,
  keepFiringFor: 0,
  expectedFor: 30,
}
const none = undefined

/** Evaluations every 10 seconds from 100 on. */
const spansOf = (values: readonly Seen[], settings: Partial<AlertSettings> = {}) =>
  replay({ start: 100, step: 10, values: values.map(judged) }, { ...f1, ...settings }).map(({ from, to }) => [
    from,
    to,
  ])

/** What is known of a value: that it is this, or that it may be anything between two, or nothing. */
type Seen = number | [low: number, high: number] | undefined
function judged(seen: Seen) {
  if (seen === undefined) return undefined
  const [low, high] = typeof seen === 'number' ? [seen, seen] : seen
  return { value: (low + high) / 2, low, high }
}

describe('an alert replayed over values', () => {
  test.each<[string, Seen[], Partial<AlertSettings>, (number | undefined)[][]]>([
    ['never fires above the threshold', [0.9, 0.801], {}, []],
    ['fires at the threshold', [0.9, 0.8, 0.9], {}, [[110, 120]]],
    ['goes on while it may be beyond', [0.79, [0.79, 0.9], [0.7, 0.81], 0.81], {}, [[100, 130]]],
    ['does not begin while it may be better', [[0.7, 0.81], 0.9], {}, []],
    ['goes on for keepFiringFor', [0.7, 0.9, 0.9, 0.9], { keepFiringFor: 20 }, [[100, 130]]],
    [
      'does not end where it is bad again meanwhile',
      [0.7, 0.9, 0.7, 0.9],
      { keepFiringFor: 20 },
      [[100, none]],
    ],
    ['waits for as long as for says', [0.7, 0.7, 0.7, 0.9], { for: 20 }, [[120, 130]]],
    ['forgets a breach that was too short', [0.7, 0.9, 0.7, 0.9], { for: 10 }, []],
    ['ends without data', [0.7, none, none], {}, [[100, 110]]],
    [
      'takes missing data for a breach where that counts',
      [0.9, none, none, 0.9],
      { noData: 'breach' },
      [[110, 130]],
    ],
    ['is still firing at the end', [0.9, 0.7], {}, [[110, none]]],
    ['is never raised by what was never measured', [none, none], { noData: 'breach' }, []],
    [
      'fires above where lower is better',
      [4, 5, [4.8, 5.1], 4.9],
      { direction: 'lower_is_better', threshold: 5 },
      [[110, 130]],
    ],
  ])('%s', (_, values, settings, expected) => {
    expect(spansOf(values, settings)).toEqual(expected)
  })
})
