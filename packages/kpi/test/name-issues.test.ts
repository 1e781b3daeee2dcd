import { expect, test } from '@jest/globals'
import { type ConfigError, type ConfigInput, defineConfig } from '@mnemoscope/kpi'
import { recallAt5 } from './recall-at-5.js'

const citations = {
  ...{ title: 'Citations', description: 'Share that holds.', unit: '1', instrument: 'counter' },
  ...{ direction: 'higher_is_better', range: { min: 0, max: 1 }, statistic: 'ratio' },
} as const
const outcomes = { counter: 'citations', label: 'verdict', counted: ['held'], others: ['broken'] } as const
const queue = {
  ...{ title: 'Queue', description: 'What waits.', unit: '{token}', instrument: 'gauge' },
  ...{ direction: 'lower_is_better', range: { min: 0, max: 1 }, statistic: 'mean' },
} as const

test.each<[what: string, kpis: object, path: string, expected: RegExp]>([
  [
    'a label that every series has',
    { recall: { ...recallAt5, labels: { model: ['a'] } } },
    'kpis.recall.labels.model',
    /another name/,
  ],
  [
    'the label of buckets',
    { recall: { ...recallAt5, labels: { le: ['a'] } } },
    'kpis.recall.labels.le',
    /another name/,
  ],
  [
    'a label with a value twice',
    { recall: { ...recallAt5, labels: { tier: ['a', 'b', 'a'] } } },
    'kpis.recall.labels.tier',
    /each value once/,
  ],
  [
    'an outcome in a label that every series has',
    { citations: { ...citations, outcomes: { ...outcomes, label: 'operation' } } },
    'kpis.citations.outcomes.label',
    /another name/,
  ],
  [
    'an outcome in a label of its own',
    { citations: { ...citations, outcomes, labels: { verdict: ['a'] } } },
    'kpis.citations.outcomes.label',
    /another name/,
  ],
  [
    'the counter of a built-in KPI',
    { citations: { ...citations, outcomes: { ...outcomes, counter: 'adaptations' } } },
    'kpis.citations',
    /mnemoscope_adaptations_total is that of kpis.adaptation_success_rate/,
  ],
  [
    'the name that another KPI has with its unit',
    { latency_seconds: queue },
    'kpis.latency_seconds',
    /mnemoscope_latency_seconds is that of kpis.latency/,
  ],
  [
    'the name of a series of a histogram',
    { f1_score_count: queue },
    'kpis.f1_score_count',
    /mnemoscope_f1_score_count is that of kpis.f1_score/,
  ],
  [
    'the latest value of another KPI',
    { token_usage_latest: queue },
    'kpis.token_usage_latest',
    /mnemoscope_token_usage_latest is that of kpis.token_usage/,
  ],
  [
    'a counter of the instrumentation',
    { citations: { ...citations, outcomes: { ...outcomes, counter: 'repaired_labels' } } },
    'kpis.citations',
    /the instrumentation itself/,
  ],
])('a configuration is refused with %s', (_, kpis, path, expected) => {
  const issues = () => {
    try {
      defineConfig({ kpis } as ConfigInput)
    } catch (error) {
      return (error as ConfigError).issues
    }
    return []
  }
  expect(issues()).toMatchObject([{ path, expected: expect.stringMatching(expected) }])
})
