import { describe, expect, test } from '@jest/globals'
import { defineConfig, extremeText, meanText, valueText } from '../src/index.js'

const { latency, f1_score, memory_usage, adaptation_success_rate } = defineConfig().kpis
const overridden = defineConfig({
  kpis: { latency: { overrides: [{ operation: 'search', statistic: 'p99', thresholds: {} }] } },
}).kpis.latency

describe('what a mean is of', () => {
  test.each([
    ['operations', latency, 4_131, 60, 'mean of 4,131 operations'],
    ['one operation', f1_score, 1, 60, 'mean of 1 operation'],
    ['outcomes', adaptation_success_rate, 214, 60, 'ratio of 214 operations'],
    ['readings of a gauge', memory_usage, 720, 60, 'mean of 720 readings'],
    ['samples of a KPI that is gone', undefined, 5, 60, 'mean of 5 samples'],
    ['snapshots, where no operations are known', latency, null, 12, 'mean of the p95s of 12 snapshots'],
    ['nothing', latency, null, 0, null],
    ['nothing that is known', latency, null, null, null],
  ])('%s', (_, kpi, samples, snapshots, expected) => {
    expect(meanText(kpi, { samples, snapshots })).toBe(expected)
  })

  test('of a model, a gauge is not: its process may serve others', () => {
    const source = { samples: 720, snapshots: 60 }
    expect(meanText(memory_usage, source, 'model')).toBe(
      'mean of 720 readings of processes that models may share',
    )
    expect(meanText(latency, source, 'model')).toBe('mean of 720 operations')
  })
})

test('an extreme is of the values of snapshots', () => {
  expect(extremeText(latency, 'lowest')).toBe('lowest snapshot p95')
  expect(extremeText(memory_usage, 'highest')).toBe('highest snapshot reading')
  expect(extremeText(undefined, 'highest')).toBe('highest snapshot value')
})

test('places that are judged by different statistics have no common name for their value', () => {
  expect(valueText(overridden)).toBe('value')
})
