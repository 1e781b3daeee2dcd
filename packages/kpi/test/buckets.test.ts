import { describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'

describe('bucket boundaries', () => {
  test('hold every threshold, also those of overrides', () => {
    const thresholds = { warning: 0.72, error: 0.71, critical: 0.69 }
    const overrides = [{ model: 'gpt-4o', thresholds: { warning: 0.88 } }]
    const { boundaries } = defineConfig({ kpis: { f1_score: { thresholds, overrides } } }).kpis.f1_score
    expect(boundaries).toEqual(expect.arrayContaining([0.69, 0.71, 0.72, 0.88]))
    expect(boundaries).toEqual([...new Set(boundaries)].sort((a, b) => a - b))
  })

  test('hold the value past which an alert ends where a quantile is judged, and only there', () => {
    const { latency, f1_score } = defineConfig().kpis
    expect(latency.boundaries).toEqual(expect.arrayContaining([4.9, 5, 9.8, 10, 19.6, 20]))
    expect(f1_score.boundaries).not.toContain(0.816)
  })

  test('follow the hysteresis of an override', () => {
    const overrides = [{ model: 'gpt-4o', hysteresis: 0.1, thresholds: { warning: 8 } }]
    const { boundaries } = defineConfig({ kpis: { latency: { overrides } } }).kpis.latency
    expect(boundaries).toEqual(expect.arrayContaining([7.2, 8, 9, 10, 18, 20]))
  })
})
