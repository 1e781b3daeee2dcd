import { describe, expect, test } from '@jest/globals'
import { originOf, pathText } from '../../src/explain/explain.js'

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

test('a path is written as people read it', () => {
  expect(pathText(path)).toBe('kpis.f1_score.overrides[0].thresholds.warning')
})
