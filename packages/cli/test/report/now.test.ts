import { describe, expect, test } from '@jest/globals'
import type { DashboardData } from '@mnemoscope/recorder'
import { statusOf, topOf } from '../../src/report/now.js'
import { alert, at, busy, empty, runbookOf, snapshot } from './dashboard-data.js'

describe('the status', () => {
  test.each([
    ['ok', { ...empty, no_data: null }, 'ok'],
    ['unknown: no data yet, see http://recorder/readyz', empty, 'unknown'],
    [
      'unknown: no data since 02:54:05 UTC, see http://recorder/readyz',
      { ...empty, no_data: { reason: 'no_snapshot', since: at - 600 } },
      'unknown',
    ],
    [
      'unknown: no data, see http://recorder/readyz',
      { ...empty, no_data: { reason: 'no_snapshot', since: null } },
      'unknown',
    ],
    [
      'unknown: too few measurements to judge any KPI, see http://recorder/readyz',
      { ...empty, no_data: { reason: 'no_value', since: at } },
      'unknown',
    ],
    [
      'warning: Latency of gpt-4o (search), context 8192, now 23.00 s, 7 min ago (warning at ≥ 20.00 s), for 10 min, no data since 02:59:05 UTC',
      {
        ...busy,
        no_data: { reason: 'no_snapshot', since: at - 300 },
        open_alerts: [{ ...alert, level: 'warning', newest_at: at - 420 }],
      },
      'warning',
    ],
    [
      'critical: Latency of gpt-4o (search), context 8192, now 23.00 s (critical at ≥ 20.00 s), for 10 min, what to do: https://runbooks.example/latency.md',
      { ...busy, open_alerts: [runbookOf(alert)] },
      'critical',
    ],
    [
      'critical: Latency of gpt-4o (search), context 8192, now 23.00 s (critical at ≥ 20.00 s), for 10 min, and 1 more',
      {
        ...busy,
        current: [snapshot('gpt-4o', 'critical', 21)],
        open_alerts: [
          { ...alert, level: 'error', is_worst: false },
          { ...alert, level: 'warning', model: 'other' },
          alert,
        ],
      },
      'critical',
    ],
    [
      'critical: Latency of gpt-4o (search), context 8192, now 19.00 s, recovering (critical at ≥ 20.00 s), for 10 min',
      { ...busy, open_alerts: [{ ...alert, newest_value: 19 }] },
      'critical',
    ],
    [
      'critical: Latency of gpt-4o (search), context 8192, now 20.00 s (critical at ≥ 20.00 s), for 10 min',
      { ...busy, open_alerts: [{ ...alert, newest_value: 20 }] },
      'critical',
    ],
    [
      'warning: Latency of gpt-4o misses its target too often, now 3.06 times (warning at ≥ 3 times), for 10 min',
      {
        ...busy,
        open_alerts: [
          {
            ...alert,
            ...{ level: 'warning', kind: 'burn', message: 'Latency of gpt-4o misses its target too often' },
            ...{ newest_value: 3.058, threshold: 3 },
          },
        ],
      },
      'warning',
    ],
    [
      'warning: Latency of gpt-4o is no longer measured, for 10 min',
      {
        ...busy,
        open_alerts: [
          {
            ...alert,
            ...{ level: 'warning', kind: 'no_data', message: 'Latency of gpt-4o is no longer measured' },
          },
        ],
      },
      'warning',
    ],
    [
      'critical: Latency of gpt-4o (search), context 8192, for 10 min',
      { ...busy, open_alerts: [{ ...alert, newest_value: null, newest_at: null }] },
      'critical',
    ],
    [
      'critical: Latency of gpt-4o (search), context 8192, now 23.00 s (critical at ≥ 20.00 s), for 10 min, acknowledged by ada 60 s ago: looking',
      {
        ...busy,
        open_alerts: [{ ...alert, acknowledgement: { by: 'ada', comment: 'looking', at: at - 60 } }],
      },
      'critical',
    ],
  ] satisfies [string, DashboardData, string][])('is one line: %s', (line, data, status) => {
    expect(statusOf(data, 'http://recorder')).toEqual({ status, line })
  })

  test('tells notices of the services in the same line, whatever the level', () => {
    const notice = 'In the last hour 4 measurements of f1_score from memory were refused: out_of_range.'
    const { status, line } = statusOf({ ...empty, no_data: null }, 'http://recorder', [
      notice,
      'Another\none.',
    ])
    expect({ status, line }).toEqual({ status: 'ok', line: `ok. Note: ${notice} Note: Another one.` })
  })

  test('stays one line whatever an alert says', () => {
    const open = { ...alert, metric_type: null, message: 'two\nlines' }
    const { line } = statusOf({ ...busy, open_alerts: [open] }, 'http://recorder')
    expect(line).toContain('two lines')
  })
})

test('top lists the worst model first, and only the worst alert of a place', () => {
  const { sections } = topOf({
    ...busy,
    current: [snapshot('a', null), snapshot('b', 'critical')],
    open_alerts: [alert, { ...alert, level: 'warning', is_worst: false }],
  })
  expect(sections[0]?.rows.slice(1).map((row) => row[1]?.text)).toEqual(['b', 'a'])
  expect(sections[1]?.rows.slice(1).map((row) => row[0]?.text)).toEqual(['CRITICAL'])
})

test('top shows how old the operations of a value are that stands', () => {
  const at = busy.timestamp
  const of = (last: number | null) => {
    const given = snapshot('a', null)
    const latency = { ...(given.kpis.latency as (typeof given.kpis)[string]), last_operation: last }
    return { ...given, kpis: { latency } }
  }
  const { sections } = topOf({ ...busy, current: [of(at - 60), of(at - 1_500), of(null)] })
  expect(sections[0]?.rows.slice(1).map((row) => row[4]?.text)).toEqual([
    '1.00 s',
    '1.00 s, 25 min old',
    '1.00 s',
  ])
})

test('an alert of a KPI that has no value yet is unknown now; one of the pipeline has none', () => {
  const { sections } = topOf({
    ...busy,
    open_alerts: [
      { ...alert, newest_value: null, newest_at: null },
      { ...alert, kind: 'pipeline', metric_type: null, threshold: null, level: 'warning' },
    ],
  })
  expect(sections[1]?.rows.slice(1).map((row) => row[3]?.text)).toEqual(['unknown', ''])
})
