import { expect, test } from '@jest/globals'
import { originOfAlert } from '@mnemoscope/generate'
import { defineConfig } from '@mnemoscope/kpi'
import { evidenceAt, evidenceQuery, type JudgedPlace, type Sample } from '../../src/explain/evidence.js'
import type { Explanation } from '../../src/explain/explain.js'
import { explanationText } from '../../src/explain/text.js'

const { kpis } = defineConfig()
const labels = { job: 'memory', model: 'a.b', context_size: '8192', operation: 'search' }

function judgedOf(alert: string) {
  const { judged } = originOfAlert({ kpis }, alert) ?? {}
  if (judged?.sureness === undefined) throw new Error(`${alert} is certain`)
  return { worst: judged.worst, sureness: judged.sureness }
}

const f1 = judgedOf('MnemoscopeF1ScoreCritical')
const latency = judgedOf('MnemoscopeLatencyWarning')

function sample(name: string, value: number, others: Record<string, string> = {}): Sample {
  return { labels: { __name__: name, ...labels, ...others }, value }
}

function firing(value: number, threshold: number): JudgedPlace {
  return { labels, value, state: 'firing', threshold }
}

test('asks for the judge’s series of these places only', () => {
  expect(
    evidenceQuery(f1.sureness, [
      firing(0.6, 0.7),
      { ...firing(0.5, 0.7), labels: { ...labels, model: 'c' } },
    ]),
  ).toBe(
    `{__name__=~"${[f1.sureness.low, f1.sureness.high, f1.sureness.beyond, f1.sureness.fast, f1.sureness.middle, f1.sureness.lastOperation].join('|')}", job=~"memory", model=~"a\\\\.b|c", context_size=~"8192", operation=~"search"}`,
  )
})

test('the lane is the fast one where only the newest operations prove the breach', () => {
  const samples = [
    sample(f1.sureness.low, 0.55),
    sample(f1.sureness.high, 0.66),
    sample(f1.sureness.fast, 6.2),
    sample(f1.sureness.middle, 20.4),
    sample(f1.sureness.lastOperation, 100),
    sample(f1.sureness.low, 0.1, { model: 'other' }),
  ]
  const bounds = { of: 'value', least: 0.55, most: 0.66, allowed: null, last_operation: 100 }
  expect(evidenceAt(firing(0.64, 0.7), samples, f1, 'critical')).toEqual({
    ...bounds,
    lane: 'middle',
    operations: 20.4,
  })
  expect(evidenceAt(firing(0.75, 0.7), samples, f1, 'critical')).toEqual({
    ...bounds,
    lane: 'fast',
    operations: 6.2,
  })
  const quiet = { ...firing(0.75, 0.7), state: null, threshold: null }
  expect(evidenceAt(quiet, samples, f1, 'critical')).toMatchObject({ lane: 'middle' })
  expect(evidenceAt(firing(0.6, 0.7), [], f1, 'critical')).toBeNull()
})

test('of a quantile it is the share of operations at or beyond the threshold of the alert', () => {
  const warning = { severity: 'warning' }
  const samples = [
    sample(latency.sureness.low, 0.09, warning),
    sample(latency.sureness.high, 0.21, warning),
    sample(latency.sureness.beyond, 0.03, warning),
    sample(latency.sureness.low, 0, { severity: 'critical' }),
    sample(latency.sureness.fast, 27),
  ]
  expect(evidenceAt(firing(5, 5), samples, latency, 'warning')).toEqual({
    ...{
      of: 'share',
      least: 0.09,
      most: 0.21,
      allowed: 0.05,
      lane: 'fast',
      operations: 27,
      last_operation: null,
    },
  })
})

test('a gauge is certain', () => {
  const limited = defineConfig({ kpis: { memory_usage: { thresholds: { warning: 1e9 } } } })
  expect(originOfAlert(limited, 'MnemoscopeMemoryUsageWarning')?.judged?.sureness).toBeUndefined()
})

test('people read operation, lane and evidence below each value', () => {
  const place = {
    service: 'memory',
    model: 'a',
    context_size: '8192',
    operation: 'search',
    labels,
    state: 'firing',
  }
  const evidence = { lane: 'middle', operations: 20.4, last_operation: 88, allowed: null } as const
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
      notified: {
        ...{ state: 'silenced', receivers: ['oncall'], inhibited_by: [], mute_times: [], is_failing: false },
        silences: [{ id: 'a', by: 'ada', comment: 'rebuild', until: 190 }],
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
        evidence: { ...evidence, of: 'value', least: null, most: null },
      },
      {
        ...place,
        value: 0.8,
        threshold: 0.7,
        evidence: { ...evidence, lane: 'fast', of: 'value', least: 0.61, most: 0.65 },
      },
      {
        ...place,
        value: 5,
        threshold: 5,
        evidence: { ...evidence, of: 'share', least: 0.09, most: 0.212, allowed: 0.05 },
      },
    ],
  }
  const text = explanationText(explanation, kpis, 100)
  expect(text).toContain(
    '  Nobody: silenced by ada until 00:03:10 UTC (rebuild). Else it would go to oncall.',
  )
  expect(text).toContain('  tenant acme: 8 of 10 bad operations, and 1 of 2,000 others')
  expect(text).toContain('  0.100 · 00:01:30 UTC · tenant acme · https://traces.example.com/ab')
  expect(text).toContain('a (search) at 8192 in memory')
  expect(text).toContain('certainly 0.550 to 0.660; middle lane of about 20 operations; the newest 12 s ago')
  expect(text).toContain('    certainly 0.550')
  expect(text).toContain('the newest operations: certainly 0.610 to 0.650; fast lane of about 20 operations')
  expect(text).toContain('not near a threshold; middle lane of about 20 operations')
  expect(text).toContain('9 % to 21 % of operations at or beyond 5.000, allowed 5 %; middle lane')
  const behind = { first: null, typical: null, worst: [], compared_with: 'others', differs: [] } as const
  const without = (others: readonly (typeof operation)[]) =>
    explanationText({ ...explanation, behind: { ...behind, others } }, kpis, 100)
  expect(without([])).toContain('No single operation was kept.')
  expect(without([operation])).toContain('None was bad.')
})
