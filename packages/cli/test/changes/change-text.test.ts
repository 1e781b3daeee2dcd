import { expect, test } from '@jest/globals'
import { changeLines, problemLines } from '../../src/changes/change-text.js'

const differences = [
  { path: 'dataRetentionDays', before: 30, after: 7 },
  { path: 'kpis.memory_usage.thresholds.warning', after: 5 },
]
const restarts = [{ part: 'prometheus', paths: ['dataRetentionDays'] }] as const

test('a change says who, each setting before and after, and what must be started again', () => {
  const text = changeLines({ by: 'ann', at: new Date(0), differences, restarts }, false)
  expect(text).toContain('by ann')
  expect(text).toContain('1970-01-01T00:00:00.000Z')
  expect(text).toMatch(/dataRetentionDays: 30 .*→.* 7/)
  expect(text).toMatch(/thresholds\.warning: not set .*→.* 5/)
  expect(text).toContain('restart prometheus for dataRetentionDays')
})

test.each([
  ['those that do not follow', ['a', 'b'], 'restart a, b for x'],
  [
    'services without a recorder, where nothing is known of them',
    null,
    'restart services without the option recorder for x',
  ],
] as const)('a changed threshold names %s', (_, services, expected) => {
  const behind = { part: 'services_without_recorder', paths: ['x'], services } as const
  expect(changeLines({ differences, restarts: [behind] }, false)).toContain(expected)
})

test('of many settings a few are named and the others counted', () => {
  const many = Array.from({ length: 40 }, (_, i) => ({ path: `kpis.groundedness.a${i}`, after: i }))
  const text = changeLines({ differences: many, restarts: [] }, false)
  expect(text.split('\n').filter((line) => line.includes('kpis.'))).toHaveLength(4)
  expect(text).toContain('and 36 more settings; --json lists them all')
})

test('a configuration applied without a known difference has a line of its own', () => {
  expect(changeLines({ differences: [], restarts: [] }, false)).toBe('The configuration is applied.')
})

test('as JSON a change and a problem are one line each', () => {
  expect(JSON.parse(changeLines({ at: new Date(1_500), differences, restarts }, true))).toEqual({
    applied: true,
    at: 1.5,
    differences,
    restarts,
  })
  const problem = { at: new Date(0), code: 'CONFIG_INVALID', message: 'a\nb', next: 'Fix it.' }
  const line = problemLines(problem, true)
  expect(line).not.toContain('\n')
  expect(JSON.parse(line)).toMatchObject({ applied: false, at: 0, code: 'CONFIG_INVALID' })
  expect(problemLines(problem, false)).toContain('Fix it.')
})
