import { expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import type { Explanation } from '../../src/explain/explain.js'
import { explanationText } from '../../src/explain/text.js'

const { kpis } = defineConfig()
const labels = { job: 'memory', model: 'a.b', context_size: '8192', operation: 'search' }

test('people read operation, lane and evidence below each value', () => {
  const place = {
    service: 'memory',
    model: 'a',
    context_size: '8192',
    operation: 'search',
    labels,
    state: 'firing',
  }
  const evidence = {
    value: 0.6,
    lane: 'middle',
    operations: 20.4,
    last_operation: 88,
    allowed: null,
  } as const
  const operation = {
    ...{ id: 'a', timestamp: 90, metric_type: 'f1_score', value: 0.1, outcome: null, severity: 'critical' },
    ...{ ...place, operation: 'search', weight: 1, sampling: 0.1, span_id: null },
    ...{ trace_id: 'ab', trace_url: 'https://traces.example.com/ab', metadata: { tenant: 'acme' } },
  }
  const explanation: Explanation = {
    ...{
      alert: 'MnemoscopeF1ScoreCritical',
      kpi: 'f1_score',
      severity: 'critical',
      rules: [],
      unit: '1',
      episodes: [],
      evidence: {
        began: {
          ...evidence,
          at: 60,
          threshold: 0.7,
          of: 'value',
          least: 0.55,
          most: 0.66,
          lane: 'fast',
          operations: 6,
        },
        newest: null,
      },
      notified: {
        ...{ state: 'silenced', receivers: ['oncall'], inhibited_by: [], mute_times: [], is_failing: false },
        silences: [{ id: 'a', by: 'ada', comment: 'rebuild', until: 190 }],
        was_notified: false,
        told: [],
      },
      behind: {
        ...{ worst: [operation], first: operation, typical: operation, others: [], compared_with: 'others' },
        differs: [{ key: 'tenant', value: 'acme', bad: 8, of_bad: 10, others: 1, of_others: 2_000 }],
      },
    },
    current: [
      {
        ...place,
        value: 0.6,
        threshold: 0.7,
        evidence: { ...evidence, of: 'value', least: 0.55, most: 0.66 },
      },
      {
        ...place,
        value: 0.9,
        threshold: null,
        evidence: { ...evidence, value: 0.9, lane: null, of: 'value', least: null, most: null },
      },
      {
        ...place,
        value: 0.8,
        threshold: 0.7,
        evidence: { ...evidence, value: 0.8, lane: 'fast', of: 'value', least: 0.61, most: 0.65 },
      },
      {
        ...place,
        value: 5,
        threshold: 5,
        evidence: { ...evidence, lane: 'slow', of: 'share', least: 0.09, most: 0.212, allowed: 0.05 },
      },
    ],
  }
  const text = explanationText(explanation, kpis, 100)
  expect(text).toContain('  Nobody was notified.')
  expect(text).toContain(
    '  Now: Nobody: silenced by ada until 00:03:10 UTC (rebuild). Else it would go to oncall.',
  )
  expect(text).toContain('  tenant acme: 8 of 10 bad operations, and 1 of 2,000 others')
  expect(text).toContain('  0.100 · 00:01:30 UTC · tenant acme · https://traces.example.com/ab')
  expect(text).toContain('a (search) at 8192 in memory')
  expect(text).toContain(
    '    certainly 0.550 to 0.660; proven by the middle lane of about 20 operations; the newest 12 s before',
  )
  expect(text).toContain(
    'the newest operations: certainly 0.610 to 0.650; proven by the fast lane of about 20',
  )
  expect(text).toContain(
    '    not near a threshold; middle lane of about 20 operations; the newest 12 s before',
  )
  expect(text).toContain(
    '9 % to 21 % of operations at or beyond 5.000, allowed 5 %; proven by the middle and the slow lane',
  )
  expect(text).toContain(
    '  when it began, 00:01:00 UTC: certainly 0.550 to 0.660; proven by the fast lane of about 6 operations',
  )
  const behind = { first: null, typical: null, worst: [], compared_with: 'others', differs: [] } as const
  const without = (others: readonly (typeof operation)[]) =>
    explanationText({ ...explanation, behind: { ...behind, others } }, kpis, 100)
  expect(without([])).toContain('No single operation was kept.')
  expect(without([operation])).toContain('None was bad.')
})
