import { expect, test } from '@jest/globals'
import { figuresOf, tell } from './live.js'
import { shortPace } from './pace.js'

test('every seeded breach alerts and resolves and is notified once of each, nothing healthy does and nothing flaps, at any rate of traffic', async () => {
  const told = await tell(shortPace)
  const wrong = told.verdicts.filter(
    ({ missed, falseAlarms, flaps, unresolved, untold, repeated }) =>
      missed + falseAlarms + flaps + unresolved + untold + repeated > 0,
  )
  expect(wrong).toEqual([])
  expect(figuresOf(told).filter(({ ok }) => !ok)).toEqual([])
}, 120_000)
