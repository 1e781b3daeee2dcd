import { describe, expect, test } from '@jest/globals'
import { type AlertSettings, replay } from '../../src/backtest/replay.js'

const f1: AlertSettings = {
  direction: 'higher_is_better',
  hysteresis: 0.02,
  range: { min: 0, max: 1, integer: false },
  noData: 'ignore',
  threshold: 0.8,
  for: 0,
  keepFiringFor: 0,
  expectedFor: 30,
}
const none = undefined

/** Evaluations every 10 seconds from 100 on. */
const spansOf = (values: readonly (number | undefined)[], settings: Partial<AlertSettings> = {}) =>
  replay({ start: 100, step: 10, values }, { ...f1, ...settings }).map(({ from, to }) => [from, to])

describe('an alert replayed over values', () => {
  test.each<[string, (number | undefined)[], Partial<AlertSettings>, (number | undefined)[][]]>([
    ['never fires above the threshold', [0.9, 0.801], {}, []],
    ['fires at the threshold', [0.9, 0.8, 0.9], {}, [[110, 120]]],
    ['goes on within the hysteresis', [0.79, 0.81, 0.79, 0.81, 0.82], {}, [[100, 140]]],
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
      'goes on with the last value where that counts',
      [0.7, none, none, 0.9],
      { noData: 'last' },
      [[100, 130]],
    ],
    [
      'ends once the last value is too old',
      [0.7, none, none, none, none, none],
      { noData: 'last' },
      [[100, 140]],
    ],
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
      [4, 5, 4.95, 4.8],
      { direction: 'lower_is_better', threshold: 5, range: { min: 0, max: 60, integer: false } },
      [[110, 130]],
    ],
  ])('%s', (_, values, settings, expected) => {
    expect(spansOf(values, settings)).toEqual(expected)
  })
})
