import { describe, expect, test } from '@jest/globals'
import { countNew, growthOf } from '@mnemoscope/kpi'

const goesOn = { hasRestarted: false, isKnown: true }
const restarted = { hasRestarted: true, isKnown: true }
const unknown = { hasRestarted: false, isKnown: false }

describe('operations of a counter', () => {
  test.each([
    ['are none where there is no counter', undefined, undefined, undefined, goesOn, 'none', 0],
    ['are the difference to what was seen', 12, 10, 12, goesOn, 'grown', 2],
    ['are none where nothing is new', 10, 10, 10, goesOn, 'grown', 0],
    ['are all of a counter that fell', 3, 10, 3, goesOn, 'again', 3],
    ['and what the old process did after it was seen', 3, 10, 14, goesOn, 'tailed', 7],
    ['are all of a new process that has already passed the old one', 30, 10, 30, restarted, 'again', 30],
    ['are none while a new process has not measured anything', 10, 10, undefined, restarted, 'grown', 0],
    ['are all of a new series', 3, undefined, 3, goesOn, 'born', 3],
    ['are none of an old counter that is met for the first time', 500, undefined, 500, unknown, 'old', 0],
  ] as const)('%s', (_, now, before, highest, process, growth, expected) => {
    const reading = { now, before, highest }
    expect(growthOf(reading, process)).toBe(growth)
    expect(countNew(reading, growth)).toBe(expected)
  })
})
