import { describe, expect, test } from '@jest/globals'
import { type ConfigInput, defineConfig } from '@mnemoscope/kpi'
import { issuesOf } from './issues.js'

describe('the source of a KPI', () => {
  const ratio = { counted: { metric: 'hits_total' }, others: { metric: 'misses_total' } }
  const edges = { warning: 5.12, error: 10.24, critical: 20.48 }
  const histogram = { metric: 'op_seconds', boundaries: [1, 5, 10, 20] }

  test.each<[string, ConfigInput]>([
    [
      'the name of a published metric',
      { kpis: { latency: { source: 'gen_ai.client.operation.duration', thresholds: edges } } },
    ],
    ['a histogram with a boundary at each threshold', { kpis: { latency: { source: histogram } } }],
    ['a histogram whose mean is judged', { kpis: { token_usage: { source: 'gen_ai.client.token.usage' } } }],
    [
      'milliseconds',
      {
        kpis: {
          latency: { source: { metric: 'op_milliseconds', unit: 'ms', boundaries: [5_000, 10_000, 20_000] } },
        },
      },
    ],
    ['a pair of counters', { kpis: { adaptation_success_rate: { source: ratio } } }],
    ['an expression', { kpis: { memory_usage: { source: { promql: 'sum by (job) (rss_bytes)' } } } }],
    [
      'a gauge in another unit',
      { kpis: { memory_usage: { source: { metric: 'rss_mebibytes', unit: 'MiBy' } } } },
    ],
    [
      'labels, and values for all series',
      {
        kpis: {
          latency: {
            source: {
              ...histogram,
              labels: { service: 'app', model: { value: 'm' }, contextSize: { value: 8_192 } },
            },
          },
        },
      },
    ],
  ])('can be %s', (_, input) => expect(issuesOf(input)).toEqual([]))

  test('gives a KPI the boundaries of its metric, in the unit of the KPI', () => {
    const source = { metric: 'op_milliseconds', unit: 'ms', boundaries: [5_000, 10_000, 20_000] }
    expect(defineConfig({ kpis: { latency: { source } } }).kpis.latency.boundaries).toEqual([5, 10, 20])
  })

  test('adds to a preset what is written beside it', () => {
    const source = {
      preset: 'gen_ai.client.token.usage',
      where: { gen_ai_token_type: 'input' },
      labels: { service: 'service_name' },
    } as const
    expect(defineConfig({ kpis: { token_usage: { source } } }).kpis.token_usage.source).toMatchObject({
      metric: 'gen_ai_client_token_usage',
      unit: '{token}',
      where: { gen_ai_token_type: 'input' },
      labels: { service: 'service_name', model: 'gen_ai_request_model', operation: 'gen_ai_operation_name' },
    })
  })

  test.each<[ConfigInput, string[]]>([
    [
      { kpis: { latency: { source: 'gen_ai.client.operation.duration' } } },
      [
        "kpis.latency.thresholds.warning: a boundary of the source, such as 2.56 or 5.12, because p95 is judged by the bucket at the threshold; or statistic: 'mean'",
        "kpis.latency.thresholds.error: a boundary of the source, such as 5.12 or 10.24, because p95 is judged by the bucket at the threshold; or statistic: 'mean'",
        "kpis.latency.thresholds.critical: a boundary of the source, such as 10.24 or 20.48, because p95 is judged by the bucket at the threshold; or statistic: 'mean'",
      ],
    ],
    [
      { kpis: { latency: { source: histogram, overrides: [{ model: 'm', thresholds: { warning: 4 } }] } } },
      [
        "kpis.latency.overrides[0].thresholds.warning: a boundary of the source, such as 1 or 5, because p95 is judged by the bucket at the threshold; or statistic: 'mean'",
      ],
    ],
    [
      { kpis: { latency: { source: { metric: 'op_milliseconds', boundaries: [5, 10, 20] } } } },
      ['kpis.latency.source.unit: expected "ms", which the name of the metric says'],
    ],
    [
      { kpis: { latency: { source: 'gen_ai.client.operation.durations' as never } } },
      [
        'kpis.latency.source.preset: no such published metric; did you mean "gen_ai.client.operation.duration"?',
      ],
    ],
    [
      { kpis: { latency: { source: { preset: 'my_memory' as never } } } },
      [
        'kpis.latency.source.preset: expected one of gen_ai.client.operation.duration, gen_ai.client.inference.duration, gen_ai.client.inference.time_to_first_chunk, gen_ai.client.token.usage, memory_operation_duration_seconds, memory_recall_results_count, memory_recall_top_similarity, or an object with the metric',
      ],
    ],
    [
      { kpis: { latency: { source: { ...histogram, metric: 'op', unit: 'By' } } } },
      ["kpis.latency.source.unit: a unit that can be converted into the KPI's: ns, us, ms, s, min, h, d"],
    ],
    [
      { kpis: { latency: { source: { metric: 'op_seconds' } } } },
      [
        'kpis.latency.source.boundaries: the boundaries that the histogram has in Prometheus (its labels le without +Inf), in its unit',
      ],
    ],
    [
      { kpis: { latency: { source: { ...histogram, boundaries: [5, 5, 10, 20] } } } },
      ['kpis.latency.source.boundaries: ascending, each once'],
    ],
    [
      { kpis: { latency: { source: histogram, boundaries: [5, 10, 20] } } },
      ['kpis.latency.boundaries: no boundaries: they are those of the source, in source.boundaries'],
    ],
    [
      { kpis: { latency: { source: { ...histogram, metric: 'op_seconds_bucket' } } } },
      ['kpis.latency.source.metric: the name of the histogram without "_bucket": op_seconds'],
    ],
    [
      { kpis: { latency: { source: { ...histogram, metric: 'mnemoscope_latency_seconds' } } } },
      ['kpis.latency.source.metric: a metric of another program: this one is of Mnemoscope'],
    ],
    [{ kpis: { latency: { source: {} } } }, ['kpis.latency.source: of a histogram: metric and boundaries']],
    [
      { kpis: { latency: { source: { ...histogram, promql: 'up' } } } },
      ['kpis.latency.source.promql: no such key for a histogram: metric and boundaries'],
    ],
    [
      { kpis: { memory_usage: { source: { promql: 'up', metric: 'rss' } } } },
      ['kpis.memory_usage.source.promql: no such key for a gauge: metric, or promql'],
    ],
    [
      { kpis: { adaptation_success_rate: { source: { counted: { metric: 'hits_total' } } } } },
      ['kpis.adaptation_success_rate.source.others: of a counter: counted and others'],
    ],
    [
      { kpis: { latency: { source: { ...histogram, labels: { contextSize: { value: 5_000 } } } } } },
      [
        'kpis.latency.source.labels.contextSize.value: one of contextSizes: 4096, 8192, 16384, 32768, 65536, 131072, 262144, 1048576, or "+Inf"',
      ],
    ],
    [
      { kpis: { latency: { source: { ...histogram, metric: 'gen_ai.duration' } } } },
      [
        'kpis.latency.source.metric: expected the name that the metric has in Prometheus, such as "gen_ai_client_operation_duration_seconds"',
      ],
    ],
    [
      { kpis: { latency: { source: { ...histogram, label: {} } as object } } },
      ['kpis.latency.source.label: no such key; did you mean "labels"?'],
    ],
  ])('is refused where %j cannot be read', (input, expected) => expect(issuesOf(input)).toEqual(expected))
})
