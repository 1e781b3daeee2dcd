import { describe, expect, test } from '@jest/globals'
import { type ConfigInput, defineConfig } from '@mnemoscope/kpi'
import type { Facts } from '../../src/doctor/facts.js'
import { findingsOf } from '../../src/doctor/findings.js'
import { alikeOf, type SourceAnswer, sourceQuestions } from '../../src/doctor/sources.js'
import { expected, facts, now } from './facts.js'

const found = (given: Facts) => findingsOf(given, expected, now)

describe('doctor compares sources with what Prometheus has', () => {
  const boundaries = [1, 5, 10, 20]
  const latency = (source: object = {}): ConfigInput => ({
    kpis: { latency: { source: { metric: 'op_seconds', boundaries, ...source } } },
  })
  const answer: SourceAnswer = {
    series: 8,
    selected: 8,
    types: ['histogram'],
    isNative: false,
    labels: ['__name__', 'job', 'instance', 'llm', 'size'],
    values: {},
    boundaries,
    alike: [],
  }
  const findingsIn = (input: ConfigInput, given: Partial<SourceAnswer>) => {
    const sources = sourceQuestions(defineConfig(input)).map((question) => ({
      question,
      answer: { ...answer, ...given },
    }))
    return found(facts({ prometheus: { sources } })).filter(({ subject }) => subject === 'sources')
  }

  test.each<[string, ConfigInput, Partial<SourceAnswer>]>([
    [
      'are as they should be',
      latency({ labels: { model: 'llm', contextSize: 'size' } }),
      { values: { size: ['8192', '+Inf'] } },
    ],
    ['do not say their type', latency(), { types: ['unknown'] }],
    ['have a value for all series in place of a label', latency({ labels: { model: { value: 'all' } } }), {}],
    [
      'are an expression with a value',
      { kpis: { memory_usage: { source: { promql: 'sum(rss)' } } } },
      { types: [] },
    ],
  ])('and says nothing where they %s', (_, input, given) => expect(findingsIn(input, given)).toEqual([]))

  test.each<[code: string, text: string, fix: RegExp, ConfigInput, Partial<SourceAnswer>]>([
    [
      'source_missing',
      'Prometheus has no series op_seconds_count of kpis.latency.source.metric. It has operation_seconds.',
      /^Correct the name/,
      latency(),
      { series: 0, selected: 0, alike: ['operation_seconds'] },
    ],
    [
      'source_native_histogram',
      'op_seconds of kpis.latency.source.metric is stored as a native histogram only, without classic buckets.',
      /always_scrape_classic_histograms/,
      latency(),
      { series: 0, selected: 0, isNative: true },
    ],
    [
      'source_conditions',
      'No series op_seconds_count meets where of kpis.latency.source.metric. It has kind: "read", "write".',
      /^Write values/,
      latency({ where: { kind: 'search' } }),
      { selected: 0, values: { kind: ['read', 'write'] } },
    ],
    [
      'source_type',
      'op_seconds of kpis.latency.source.metric is a gauge, but latency is a histogram.',
      /^Name a histogram/,
      latency(),
      { types: ['gauge'] },
    ],
    [
      'source_label',
      'op_seconds_count has no label llm_name of kpis.latency.source.labels.model. It has instance, job, llm, size.',
      /^Name a label that it has/,
      latency({ labels: { model: 'llm_name' } }),
      {},
    ],
    [
      'source_boundaries',
      'op_seconds has the boundaries 1, 5, 10, 30, but kpis.latency.source.boundaries is 1, 5, 10, 20. The thresholds 20 are not among them, so operations beyond these are not known.',
      /^Set boundaries: \[1, 5, 10, 30\] in the source, and thresholds/,
      latency(),
      { boundaries: [1, 5, 10, 30] },
    ],
    [
      'source_boundaries',
      'op_seconds has the boundaries 0.1, 1, 5, 10, 20, but kpis.latency.source.boundaries is 1, 5, 10, 20.',
      /^Set boundaries: \[0\.1, 1, 5, 10, 20\] in the source;/,
      latency(),
      { boundaries: [0.1, 1, 5, 10, 20] },
    ],
    [
      'source_context_size',
      'size of op_seconds_count has the values 128k, which are no context sizes of the configuration.',
      /^Add them to contextSizes/,
      latency({ labels: { contextSize: 'size' } }),
      { values: { size: ['128k', '8192'] } },
    ],
    [
      'source_query',
      'Prometheus cannot evaluate kpis.memory_usage.source.promql: parse error.',
      /^Correct it/,
      { kpis: { memory_usage: { source: { promql: 'sum(' } } } },
      { error: 'parse error' },
    ],
    [
      'source_missing',
      'kpis.memory_usage.source.promql has no value now.',
      /^Try it/,
      { kpis: { memory_usage: { source: { promql: 'sum(rss)' } } } },
      { series: 0, selected: 0 },
    ],
  ])('%s: %s', (code, text, fix, input, given) => {
    expect(findingsIn(input, given)).toMatchObject([{ code, text, isWrong: true }])
    expect(findingsIn(input, given)[0]?.fix).toMatch(fix)
  })

  test('and asks for both counters of a ratio, each with its conditions', () => {
    const source = {
      counted: { metric: 'a_total', where: { ok: ['1', 'y.s'] } },
      others: { metric: 'b_total', where: { ok: { not: '' } } },
    }
    const questions = sourceQuestions(defineConfig({ kpis: { adaptation_success_rate: { source } } }))
    expect(questions.map(({ setting, selected }) => `${setting}: ${selected}`)).toEqual([
      'kpis.adaptation_success_rate.source.counted.metric: a_total{ok=~"1|y\\\\.s"}',
      'kpis.adaptation_success_rate.source.others.metric: b_total{ok!~""}',
    ])
  })

  test('and names metrics that have most words of a missing one', () => {
    const known = [
      'up',
      'gen_ai_client_operation_duration_bucket',
      'gen_ai_client_operation_duration_count',
      'mnemoscope_latency_seconds_count',
      'gen_ai_client_token_usage_sum',
    ]
    expect(alikeOf('gen_ai_client_operation_duration_seconds', known)).toEqual([
      'gen_ai_client_operation_duration',
      'gen_ai_client_token_usage',
    ])
  })
})
