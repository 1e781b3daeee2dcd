import { describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import type { AdaptationResult, BenchmarkResult, OverflowResult, TakenMeasurement } from '../../src/index.js'
import { samplesOf, scrape } from '../exposition-samples.js'
import { monitors } from '../monitored.js'

const { start, warnings } = monitors()

const benchmark: BenchmarkResult = {
  structure: 'hierarchical',
  model: 'mistral-7b',
  accuracy: 0.87,
  latency: 1.4,
  input_tokens: 3_200,
  output_tokens: 410,
  context_efficiency: 0.8,
  timestamp: 1_735_600_000,
  model_availability: true,
  context_utilization: 0.39,
}
const overflow: OverflowResult = {
  original_tokens: 13_010,
  compressed_tokens: 4_943,
  compression_ratio: 0.38,
  f1_score: 0.84,
  degradation: 0.03,
  strategy_used: 'hierarchy',
  metadata: { rounds: 2 },
}
const adaptation: AdaptationResult = {
  original_model: 'mistral-7b',
  adapted_model: 'mixtral-8x7b',
  adaptation_reason: 'context_size',
  context_size: 16_000,
  performance_metrics: { f1_score: 0.87 },
  adaptation_timestamp: 1_735_600_000,
  success: true,
  metadata: {},
}

describe('a benchmark result', () => {
  test('becomes F1, latency, tokens and utilization of its model, the rest metadata', async () => {
    const monitor = await start()
    const taken: TakenMeasurement[] = []
    monitor.onMeasurement((measurement) => taken.push(measurement))
    monitor.integrations.benchmark(benchmark, { contextSize: 8_192 })
    const labels = 'model="mistral-7b",context_size="8192",operation="benchmark"'
    const samples = samplesOf(await scrape(monitor.url))
    expect(samples.get(`mnemoscope_f1_score_sum{${labels}}`)).toBe('0.87')
    expect(samples.get(`mnemoscope_latency_seconds_sum{${labels}}`)).toBe('1.4')
    expect(samples.get(`mnemoscope_token_usage_sum{${labels}}`)).toBe('3200')
    expect(samples.get(`mnemoscope_context_utilization_sum{${labels}}`)).toBe('0.39')
    expect(taken[0]?.metadata).toMatchObject({
      structure: 'hierarchical',
      context_efficiency: 0.8,
      output_tokens: 410,
    })
  })

  test('of a model that was not available records nothing, also no 0', async () => {
    const monitor = await start()
    monitor.integrations.benchmark(
      { ...benchmark, accuracy: 0, model_availability: false },
      { contextSize: 8_192 },
    )
    const samples = samplesOf(await scrape(monitor.url))
    expect(
      samples.get('mnemoscope_f1_score_count{model="mistral-7b",context_size="8192",operation="benchmark"}'),
    ).toBe('0')
  })
})

test('an overflow result counts its strategy, and the F1 score and tokens of the compressed context', async () => {
  const monitor = await start()
  monitor.integrations.overflow(overflow, { model: 'mistral-7b', contextSize: 8_192 })
  monitor.integrations.overflow({ strategy_used: 'none' }, { model: 'mistral-7b', contextSize: 8_192 })
  const labels = 'model="mistral-7b",context_size="8192",operation="overflow"'
  const samples = samplesOf(await scrape(monitor.url))
  expect(samples.get(`mnemoscope_overflow_checks_total{${labels},strategy="hierarchy"}`)).toBe('1')
  expect(samples.get(`mnemoscope_overflow_checks_total{${labels},strategy="none"}`)).toBe('1')
  expect(samples.get(`mnemoscope_f1_score_sum{${labels}}`)).toBe('0.84')
  expect(samples.get(`mnemoscope_token_usage_sum{${labels}}`)).toBe('4943')
})

test.each([
  ['success', { success: true }],
  ['failure', { success: false }],
  ['failure', { success: false, metadata: { cooldown_remaining: 0 } }],
  ['refused', { success: false, metadata: { cooldown_remaining: 12.5 } }],
  ['success', { success: true, metadata: { cooldown_remaining: 12.5 } }],
] as const)('an adaptation counts as %s for %j', async (outcome, result) => {
  const monitor = await start()
  monitor.integrations.adaptation({ ...adaptation, ...result })
  const samples = samplesOf(await scrape(monitor.url))
  const counted = [...samples]
    .filter(([series, value]) => series.startsWith('mnemoscope_adaptations_total') && value === '1')
    .map(([series]) => series)
  expect(counted).toEqual([
    `mnemoscope_adaptations_total{model="mixtral-8x7b",context_size="16384",operation="adaptation",outcome="${outcome}"}`,
  ])
})

describe('integrations', () => {
  test('are on or off as configured, and can be switched while the service runs', async () => {
    const config = defineConfig({ integrations: { adaptation: false } })
    const monitor = await start({ config })
    const adaptations = async () =>
      [...samplesOf(await scrape(monitor.url))].filter(
        ([series, value]) => series.startsWith('mnemoscope_adaptations') && value !== '0',
      ).length
    expect(monitor.integrations.switches).toEqual({ benchmark: true, overflow: true, adaptation: false })
    monitor.integrations.adaptation(adaptation)
    expect(await adaptations()).toBe(0)
    monitor.integrations.switch({ adaptation: true })
    monitor.integrations.adaptation(adaptation)
    expect(await adaptations()).toBe(1)
    monitor.integrations.switch({ adaptation: false })
    expect(monitor.integrations.switches).toEqual({ benchmark: true, overflow: true, adaptation: false })
  })

  test('never throw for any input', async () => {
    const monitor = await start({ endpoint: false })
    for (const result of [undefined, null, 7, 'text', [], {}, { model: {}, accuracy: 'high' }]) {
      monitor.integrations.benchmark(result as never, undefined as never)
      monitor.integrations.overflow(result as never, null as never)
      monitor.integrations.adaptation(result as never)
    }
    expect(warnings.map(({ code }) => code).sort()).toEqual([
      'HOOK_FAILED',
      'LABEL_REPAIRED',
      'MEASUREMENT_REFUSED',
    ])
  })
})
