import { describe, expect, test } from '@jest/globals'
import { originOf, pathText, unknownAlert } from '../../src/explain/explain.js'

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

describe('an unknown alert is refused', () => {
  test('with the known ones, each once and on its own line', () => {
    const error = unknownAlert('Latncy', ['LatencyWarning', 'F1ScoreError', 'LatencyWarning'])
    expect(error).toMatchObject({
      code: 'USAGE',
      message:
        'there is no alert or episode "Latncy". Prometheus has these alerts:\n  F1ScoreError\n  LatencyWarning',
      next: 'Name one of them, or the id of an episode.',
    })
  })

  test('with the option to check, if Prometheus has no alerts', () => {
    expect(unknownAlert('999', ['LatencyWarning'])).toMatchObject({
      message: expect.stringMatching(/^there is no episode 999$/),
      next: expect.stringContaining('FROM alerts'),
    })
    expect(unknownAlert('Latency', [])).toMatchObject({
      message: 'there is no alert or episode "Latency", and Prometheus has no alerts',
      next: expect.stringContaining('--prometheus-url'),
    })
  })
})
