import { describe, expect, test } from '@jest/globals'
import { originOf, pathText, thresholdPaths } from '../../src/explain/origin.js'

const path = ['kpis', 'f1_score', 'overrides', 0, 'thresholds', 'warning'] as const
const set = { kpis: { f1_score: { overrides: [{ thresholds: { warning: 0.9 } }] } } }

describe('a setting comes from', () => {
  test.each([
    ['patch', set, set],
    ['file', {}, set],
    ['default', {}, {}],
    ['default', undefined, { kpis: { f1_score: { overrides: [] } } }],
  ])('the %s', (origin, patch, declared) => {
    expect(originOf(path, patch, declared)).toBe(origin)
  })
})

test('thresholds of a level are those of the KPI and of its overrides', () => {
  const kpi = {
    id: 'latency',
    thresholds: { warning: 5, critical: 20 },
    overrides: [{ thresholds: { critical: 30 } }, { thresholds: { warning: 8 } }],
  }
  expect(thresholdPaths(kpi, 'warning').map((each) => [pathText(each.path), each.value])).toEqual([
    ['kpis.latency.thresholds.warning', 5],
    ['kpis.latency.overrides[1].thresholds.warning', 8],
  ])
})
