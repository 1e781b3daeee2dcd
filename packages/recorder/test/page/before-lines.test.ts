import { expect, test } from '@jest/globals'
import { beforeLines, type Detail, lineText } from '../../page/before-lines.js'

const none: Detail = {
  timestamp: 10_000,
  metric_type: 'f1_score',
  transitions: [],
  before: { moved: [], config_changes: [], deployments: [], alerts: [], gaps: [] },
}
const kpis = new Map([
  ['latency', { id: 'latency', title: 'Latency', unit: 's', direction: 'lower_is_better' } as const],
])
const texts = (before: Partial<Detail['before']>, more: Partial<Detail> = {}) =>
  beforeLines({ ...none, ...more, before: { ...none.before, ...before } }, kpis).map((line) =>
    lineText(line, (seconds) => `[${seconds}]`),
  )

test.each([
  ['nothing', {}, []],
  [
    'a KPI that moved',
    { moved: [{ kpi: 'latency', before: 0.2, since: 9 }] },
    ['Latency went from 200 ms to 9 s (×45, worse)'],
  ],
  [
    'a KPI that is configured no longer',
    { moved: [{ kpi: 'old', before: 2, since: 1 }] },
    ['old went from 2 to 1'],
  ],
  [
    'a change of the configuration',
    { config_changes: [{ at: 9_940, by: 'ada', summary: ['KPI a added', 'KPI b added'] }] },
    ['Configuration changed 1 min before, at [9940] by ada: KPI a added; KPI b added'],
  ],
  [
    'a change without a sentence',
    { config_changes: [{ at: 10_000, by: 'ada', summary: [] }] },
    ['Configuration changed at the same moment, at [10000] by ada'],
  ],
  [
    'deployments',
    {
      deployments: [
        { at: 9_000, service: 'memory', version: '2', previous_version: '1', by: null },
        { at: 8_000, service: 'memory', version: '1', previous_version: null, by: 'ci' },
      ],
    },
    [
      'memory deployed 16 min 40 s before, at [9000]: version 1 → 2',
      'memory deployed 33 min 20 s before, at [8000] by ci: version 1',
    ],
  ],
  [
    'other alerts',
    { alerts: [{ level: 'warning', message: 'Slow', timestamp: 9_970, ends_at: null }] },
    ['WARNING Slow, 30 s before, still firing'],
  ],
  [
    'a gap',
    { gaps: [{ from: 9_000, to: 9_060, instants: 2, reason: 'prometheus_has_no_data' }] },
    ['No snapshots: [9000] to [9060] (2 snapshots, 1 min): Prometheus has no data of that time'],
  ],
])('what came before an alert, in words: %s', (_, before, expected) => {
  expect(texts(before)).toEqual(expected)
})

test('an alert that came back says so', () => {
  expect(
    texts({}, { transitions: [{ kind: 'reopened' }, { kind: 'closed' }, { kind: 'reopened' }] }),
  ).toEqual(['This alert ended and came back 2 times'])
})
