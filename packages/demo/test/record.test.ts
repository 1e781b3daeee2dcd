import { expect, test } from '@jest/globals'
import { outcomeOf } from '../src/record.js'
import type { AdaptationResult } from '../src/results.js'

const result = (
  success: boolean,
  metadata: Partial<AdaptationResult['metadata']> = {},
): AdaptationResult => ({
  original_model: 'mistral-7b',
  adapted_model: 'gpt-4o',
  adaptation_reason: 'asked for',
  context_size: 1,
  performance_metrics: {},
  adaptation_timestamp: '2026-01-01T00:00:00.000Z',
  success,
  metadata: { strategy: 'manual', ...metadata },
})

test.each([
  ['a change', result(true), 'success'],
  ['a refusal in the cooldown', result(false, { cooldown_remaining: 0.001 }), 'refused'],
  ['a failure', result(false, { error: 'there is no model gpt-9' }), 'failure'],
])('%s is recorded for what it is', (_, adaptation, outcome) => {
  expect(outcomeOf(adaptation)).toBe(outcome)
})
