import { describe, expect, test } from '@jest/globals'
import {
  type ConfigError,
  type ConfigInput,
  defineConfig,
  overridden,
  resolveThreshold,
} from '@mnemoscope/kpi'

const issuesOf = (input: ConfigInput) => {
  try {
    defineConfig(input)
  } catch (error) {
    return (error as ConfigError).issues.map(({ path, expected }) => `${path}: ${expected}`)
  }
  return []
}

describe('the way a KPI judges', () => {
  test.each([
    [{ kpis: { latency: { window: '1h' } } }, ['kpis.latency.sparseWindow: longer than window (1h)']],
    [
      { kpis: { f1_score: { rareWindow: '10m' } } },
      ['kpis.f1_score.rareWindow: longer than sparseWindow (30m)'],
    ],
    [
      { kpis: { f1_score: { overrides: [{ model: 'm', sparseWindow: '2h' }] } } },
      ['kpis.f1_score.overrides[0].rareWindow: longer than sparseWindow (2h)'],
    ],
    [
      { kpis: { latency: { overrides: [{ model: 'm', statistic: 'max' }] } } },
      ['kpis.latency.overrides[0].statistic: for a histogram: mean or p50 or p90 or p95 or p99'],
    ],
    [
      { kpis: { latency: { target: 0.9 } } },
      ['kpis.latency.target: a target only for a counter: it is kept as a share'],
    ],
    [
      { kpis: { overflow_frequency: { target: 1 } } },
      ['kpis.overflow_frequency.target: between 0 and 1, both excluded'],
    ],
  ] satisfies [ConfigInput, string[]][])('is refused where %j contradicts itself', (input, expected) => {
    expect(issuesOf(input)).toEqual(expected)
  })

  test('is told once where the KPI itself is wrong, not for each override', () => {
    const input = {
      kpis: { latency: { window: '1h', overrides: [{ model: 'm', thresholds: { warning: 6 } }] } },
    }
    expect(issuesOf(input)).toHaveLength(1)
  })

  test('asks a gauge for its short window only, and takes one reading', () => {
    const { memory_usage } = defineConfig({ kpis: { memory_usage: { window: '3h' } } }).kpis
    expect(memory_usage).toMatchObject({ window: '3h', minSamples: 1 })
  })

  test('can be changed for a place, the rest staying as it is', () => {
    const { latency } = defineConfig({
      kpis: {
        latency: { overrides: [{ model: 'm', thresholds: { error: 12 }, for: '5m', noData: 'last' }] },
      },
    }).kpis
    const [override] = latency.overrides
    expect(override && overridden(latency, override)).toEqual({
      ...latency,
      for: '5m',
      noData: 'last',
      thresholds: { warning: 5, error: 12, critical: 20 },
    })
  })
})

describe('the value past which an alert ends', () => {
  test.each([
    ['higher_is_better', 0.7, 0.02, 0.714],
    ['higher_is_better', 0.99, 0.02, 0.995],
    ['higher_is_better', 0.7, 0, 0.7],
    ['lower_is_better', 0.5, 0.02, 0.49],
    ['lower_is_better', 0.5, 0.5, 0.25],
    ['lower_is_better', 0, 0.02, 0],
  ] as const)(
    'where %s, of the threshold %d with a hysteresis of %d is %d',
    (direction, threshold, hysteresis, expected) => {
      const range = { min: 0, max: 1, integer: false }
      expect(resolveThreshold({ direction, hysteresis, range }, threshold)).toBe(expected)
    },
  )
})
