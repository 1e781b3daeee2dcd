import { expect, test } from '@jest/globals'
import { unmatchedSuites } from './suites.js'

test('each suite that runs on every version of Postgres still exists', () => {
  expect(unmatchedSuites()).toEqual([])
})
