import { expect, test } from '@jest/globals'
import { stepFor } from '../../src/dashboard/steps.js'

const scope = (fromSeconds: number, toSeconds: number) => ({
  from: new Date(fromSeconds * 1_000),
  to: new Date(toSeconds * 1_000),
})

test.each([
  [10, 600],
  [10, 540],
  [40, 86_400],
  [1, 600],
  [1_000, 7_200],
])('%d points hold a window of %d s that begins within a step', (mostPoints, span) => {
  const step = stepFor(scope(30, 30 + span), 60, mostPoints)
  const steps = Math.floor((30 + span) / step) - Math.floor(30 / step) + 1
  expect(steps).toBeLessThanOrEqual(Math.max(2, mostPoints))
  expect(step % 60).toBe(0)
})

test('a step is no longer than it has to be', () => {
  expect(stepFor(scope(0, 540), 60, 10)).toBe(60)
  expect(stepFor(scope(0, 541), 60, 10)).toBe(120)
})
