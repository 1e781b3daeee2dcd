import { expect, test } from '@jest/globals'
import { type ConfigInput, defineConfig } from '@mnemoscope/kpi'
import fc from 'fast-check'
import { summaryOfChange } from '../../src/config/change-summary.js'
import { differencesBetween } from '../../src/config/differences.js'

function summaryOf(before: ConfigInput, after: ConfigInput): string[] {
  const config = defineConfig(after)
  return summaryOfChange(differencesBetween(defineConfig(before), config), config)
}

const groundedness = {
  title: 'Groundedness',
  unit: '1',
  direction: 'higher_is_better',
  description: 'Share of answers that the memory supports.',
  instrument: 'histogram',
  range: { min: 0, max: 1 },
  statistic: 'mean',
  thresholds: { warning: 0.8, critical: 0.6 },
} as const satisfies NonNullable<ConfigInput['kpis']>[string]

const webhook = { webhook: { url: 'http://127.0.0.1:9/' } }

test.each<[name: string, before: ConfigInput, after: ConfigInput, lines: string[]]>([
  ['nothing', {}, {}, []],
  ['a new KPI, however many settings it has', {}, { kpis: { groundedness } }, ['KPI Groundedness added']],
  ['a KPI that is gone', { kpis: { groundedness } }, {}, ['KPI Groundedness removed']],
  [
    'a threshold with its unit, before what follows from it',
    {},
    { kpis: { latency: { thresholds: { warning: 6 } } } },
    [
      'Latency: warning threshold 5 s → 6 s',
      'Latency: assumedDeviation 1 → 1.2',
      'Latency: boundaries changed',
    ],
  ],
  [
    'a level that had no threshold',
    {},
    { kpis: { memory_usage: { thresholds: { warning: 2 ** 30 } } } },
    ['Memory usage: warning threshold set to 1 GiB'],
  ],
  ['a setting of its own', {}, { dataRetentionDays: 7 }, ['dataRetentionDays 30 → 7']],
  [
    'a new receiver, without what may be secret',
    {},
    { alerting: { receivers: { 'on-call': webhook } } },
    ['Receiver on-call added'],
  ],
])('%s', (_, before, after, lines) => {
  expect(summaryOf(before, after)).toEqual(lines)
})

test('many settings are five lines, and the last says how many there are more', () => {
  const kpis = ['f1_score', 'latency', 'token_usage', 'context_utilization']
  const after = Object.fromEntries(kpis.map((id) => [id, { operations: 7, expiry: '20m' }]))
  const lines = summaryOf({}, { kpis: after, dataRetentionDays: 7 })
  expect(lines).toHaveLength(5)
  expect(lines.at(-1)).toMatch(/^\d+ more settings$/)
})

test('there are never more than five lines, and always one where something differs', () => {
  const path = fc.constantFrom(
    'kpis.f1_score.title',
    'kpis.f1_score.thresholds.warning',
    'kpis.gone.title',
    'handlers.x',
    'alerting.receivers.a.webhook.url',
    'alerting',
    'kpis',
    '',
  )
  const value = fc.option(fc.oneof(fc.string(), fc.double(), fc.constant([]), fc.boolean()), {
    nil: undefined,
  })
  const difference = fc.record({ path, before: value, after: value })
  fc.assert(
    fc.property(fc.array(difference, { minLength: 1, maxLength: 20 }), (differences) => {
      const lines = summaryOfChange(differences, defineConfig())
      expect(lines.length).toBeGreaterThan(0)
      expect(lines.length).toBeLessThanOrEqual(5)
    }),
  )
})
