import { describe, expect, test } from '@jest/globals'
import { isBreach, severityOf, thresholdsAt } from '@mnemoscope/kpi'

const f1 = { warning: 0.8, error: 0.75, critical: 0.7 }
const latency = { warning: 5, error: 10, critical: 20 }

describe('severity of a value', () => {
  test.each([
    ['higher_is_better', f1, 0.81, undefined],
    ['higher_is_better', f1, 0.8, 'warning'],
    ['higher_is_better', f1, 0.7500001, 'warning'],
    ['higher_is_better', f1, 0.75, 'error'],
    ['higher_is_better', f1, 0.7, 'critical'],
    ['higher_is_better', f1, 0, 'critical'],
    ['higher_is_better', f1, Number.NaN, undefined],
    ['lower_is_better', latency, 4.999, undefined],
    ['lower_is_better', latency, 5, 'warning'],
    ['lower_is_better', latency, 10, 'error'],
    ['lower_is_better', latency, 20, 'critical'],
    ['lower_is_better', latency, Number.POSITIVE_INFINITY, 'critical'],
    ['lower_is_better', { critical: 20 }, 19, undefined],
    ['lower_is_better', { warning: 5 }, 100, 'warning'],
    ['lower_is_better', {}, 100, undefined],
  ] as const)('where %s with %j, %d is %s', (direction, thresholds, value, expected) => {
    expect(severityOf(direction, thresholds, value)).toBe(expected)
  })

  test('a threshold is breached at its value, not only beyond it', () => {
    expect(isBreach('higher_is_better', 0.8, 0.8)).toBe(true)
    expect(isBreach('lower_is_better', 5, 5)).toBe(true)
  })
})

describe('thresholds at a place', () => {
  const kpi = {
    thresholds: latency,
    overrides: [
      { contextSize: 131_072, thresholds: { warning: 8 } },
      { model: 'gpt-4o', thresholds: { warning: 6 } },
      { model: 'gpt-4o', contextSize: 131_072, thresholds: { warning: 9, error: 15 } },
      { operation: 'generate', thresholds: { warning: 12 } },
      { operation: 'generate', contextSize: 131_072, thresholds: { warning: 14 } },
    ],
  }
  test.each([
    ['mistral-7b', '8192', 'search', latency],
    ['mistral-7b', '131072', 'search', { ...latency, warning: 8 }],
    ['gpt-4o', '8192', 'search', { ...latency, warning: 6 }],
    ['gpt-4o', '131072', 'search', { warning: 9, error: 15, critical: 20 }],
    ['mistral-7b', '+Inf', 'search', latency],
    ['mistral-7b', '8192', 'generate', { ...latency, warning: 12 }],
    ['mistral-7b', '131072', 'generate', { ...latency, warning: 14 }],
    ['mistral-7b', '8192', '', latency],
    // Of two that name equally many, the one with the model is narrower.
    ['gpt-4o', '8192', 'generate', { ...latency, warning: 6 }],
    ['gpt-4o', '131072', 'generate', { warning: 9, error: 15, critical: 20 }],
  ])('of %s at %s in %s come from the narrowest override', (model, contextSize, operation, expected) => {
    expect(thresholdsAt(kpi, { model, contextSize, operation })).toEqual(expected)
  })
})
