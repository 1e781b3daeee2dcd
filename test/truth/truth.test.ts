import { describe, expect, test } from '@jest/globals'
import { thresholdSeverities } from '@mnemoscope/kpi'
import { checkSteps } from './check.js'
import { historyFigures } from './figures.js'
import { kpiOf, patternConfig } from './kpis.js'
import { patterns } from './patterns/index.js'

/** Patterns of more operations take up to seconds each: `npm run truth` has them. */
const isShort = ({ lives }: (typeof patterns)[number]) =>
  lives.reduce((sum, { operations }) => sum + operations.length, 0) < 10_000

describe('the judge says what an operator would say', () => {
  test.each(patterns.filter(isShort))('$name', (pattern) => {
    const nothing = { missed: [], doubled: [], unfounded: [], early: [], unlike: [], miscounted: [] }
    expect(checkSteps(pattern, kpiOf(patternConfig, pattern.kpi))).toEqual(nothing)
  })
})

test('no alert of random histories begins without a bad operation', () => {
  const unfounded = historyFigures(5).filter(({ name }) => name.endsWith('in the evidence'))
  expect(unfounded.map(({ value, details }) => ({ value, details }))).toEqual(
    thresholdSeverities.map(() => ({ value: 0, details: [] })),
  )
})

test('patterns have names of their own', () => {
  expect(new Set(patterns.map(({ name }) => name)).size).toBe(patterns.length)
})
