import { describe, expect, test } from '@jest/globals'
import { type ConfigInput, defineConfig, overridden } from '@mnemoscope/kpi'
import { issuesIn, issuesOf } from './issues.js'
import { recallAt5 } from './recall-at-5.js'

describe('the way a KPI judges', () => {
  test.each([
    [
      { kpis: { latency: { for: '2h' } } },
      ['kpis.latency.for: shorter than expiry (75m): a value that has expired raises no alert'],
    ],
    [
      { kpis: { f1_score: { overrides: [{ model: 'm', expiry: '5m', for: '5m' }] } } },
      ['kpis.f1_score.overrides[0].for: shorter than expiry (5m): a value that has expired raises no alert'],
    ],
    [
      { kpis: { f1_score: { expiry: '50s' } } },
      ['kpis.f1_score.expiry: at least twice scrapeInterval and alertCheckInterval (30s)'],
    ],
    [
      {
        scrapeInterval: '1m',
        alertCheckInterval: '1m',
        kpis: { latency: { overrides: [{ model: 'm', expiry: '90s' }] } },
      },
      ['kpis.latency.overrides[0].expiry: at least twice scrapeInterval and alertCheckInterval (1m)'],
    ],
    [
      { kpis: { latency: { overrides: [{ model: 'm', statistic: 'newest' }] } } },
      ['kpis.latency.overrides[0].statistic: for a histogram: mean or p50 or p90 or p95 or p99'],
    ],
    [
      { kpis: { latency: { target: 0.9 } } },
      ['kpis.latency.target: a target only for a counter: it is kept as a share'],
    ],
    [
      { kpis: { overflow_frequency: { target: 1 } } },
      ['kpis.overflow_frequency.target: between 0 and 1, both excluded'],
    ],
  ] satisfies [ConfigInput, string[]][])('is refused where %j contradicts itself', (input, expected) => {
    expect(issuesOf(input)).toEqual(expected)
  })

  test('is reported once if the KPI itself is wrong, not for each override', () => {
    const input = {
      kpis: { latency: { for: '2h', overrides: [{ model: 'm', thresholds: { warning: 6 } }] } },
    }
    expect(issuesOf(input)).toHaveLength(1)
  })

  test('asks nothing of this of a gauge, which is read at every scrape', () => {
    expect(issuesOf({ kpis: { memory_usage: { for: '3h' } } })).toEqual([])
  })

  test('remembers more operations of a quantile than of a mean, unless it says how many', () => {
    const { latency } = defineConfig().kpis
    expect(latency.operations).toBe(60)
    expect(overridden(latency, { model: 'm', thresholds: {}, statistic: 'mean' }).operations).toBe(20)
    expect(
      overridden({ ...latency, operations: 30 }, { model: 'm', thresholds: {}, statistic: 'mean' })
        .operations,
    ).toBe(30)
  })

  test('assumes what single operations usually differ by', () => {
    const { f1_score, token_usage } = defineConfig().kpis
    expect([f1_score.assumedDeviation, token_usage.assumedDeviation]).toEqual([0.15, 3_000])
  })

  test('can be changed for a place, the rest staying as it is', () => {
    const { latency } = defineConfig({
      kpis: {
        latency: { overrides: [{ model: 'm', thresholds: { error: 12 }, for: '5m', noData: 'breach' }] },
      },
    }).kpis
    const [override] = latency.overrides
    expect(override && overridden(latency, override)).toEqual({
      ...latency,
      for: '5m',
      noData: 'breach',
      thresholds: { warning: 5, error: 12, critical: 20 },
    })
  })

  test('an override is for a model, an operation or a size, and each combination comes once', () => {
    const thresholds = { warning: 6 }
    const ofOperations = [
      { operation: 'search', thresholds },
      { operation: 'generate', thresholds },
      { model: 'm', operation: 'generate', thresholds },
    ]
    const { latency } = defineConfig({ kpis: { latency: { overrides: ofOperations } } }).kpis
    expect(latency.overrides).toHaveLength(3)
    const again = [...ofOperations, { operation: 'generate', thresholds }]
    expect(issuesOf({ kpis: { latency: { overrides: again } } })).toEqual([
      'kpis.latency.overrides[3]: one override for a model, operation and context size; overrides[1] is for the same',
    ])
    expect(issuesOf({ kpis: { latency: { overrides: [{ thresholds }] } } })).toEqual([
      expect.stringContaining('expected a model, an operation or a contextSize'),
    ])
  })
})

describe('a threshold', () => {
  test.each([
    ['context_utilization', { warning: 0.9, error: 1, critical: 1.5 }],
    ['token_usage', { critical: 2_000_000_000 }],
    ['memory_usage', { warning: 2 ** 51 }],
    ['latency', { critical: 100_000 }],
  ] as const)('of %s can be beyond its usual values, where values count', (id, thresholds) => {
    expect(defineConfig({ kpis: { [id]: { thresholds } } }).kpis[id].thresholds).toMatchObject(thresholds)
  })

  test.each([
    ['f1_score', 1.1, 'between 0 and 1,'],
    ['f1_score', -0.1, 'between 0 and 1,'],
    ['context_utilization', -0.1, 'between 0 and 1001,'],
    ['context_utilization', 1_002, 'between 0 and 1001,'],
    ['overflow_frequency', 1.1, 'between 0 and 1,'],
  ] as const)('of %s is refused where no value can be, at %d', (id, warning, expected) => {
    expect(() => defineConfig({ kpis: { [id]: { thresholds: { warning } } } })).toThrow(
      `kpis.${id}.thresholds.warning: ${warning}: ${expected}`,
    )
  })
})

const citations = {
  ...{ title: 'Citations', description: 'Share that holds.', unit: '1', instrument: 'counter' },
  ...{ direction: 'higher_is_better', range: { min: 0, max: 1 }, statistic: 'ratio' },
} as const
const outcomes = { counter: 'citations', label: 'verdict', counted: ['held'], others: ['broken'] } as const
const queue = {
  ...{ title: 'Queue', description: 'What waits.', unit: '{token}', instrument: 'gauge' },
  ...{ direction: 'lower_is_better', range: { min: 0, max: 1 }, statistic: 'newest' },
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
    'the label of outcomes among its own labels',
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
  expect(issuesIn({ kpis } as ConfigInput)).toMatchObject([
    { path, expected: expect.stringMatching(expected) },
  ])
})
