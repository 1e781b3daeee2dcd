import { expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { genAiOptions } from '../../src/opentelemetry/gen-ai.js'
import { samplesOf, scrape } from '../exposition-samples.js'
import { monitors } from '../monitored.js'

const { start, warnings } = monitors()

test('latency and tokens become the metrics of the conventions, summed over context sizes', async () => {
  const monitor = await start({
    genAi: { provider: (model) => (model.startsWith('gpt') ? 'openai' : 'mistral_ai') },
  })
  for (const contextSize of [8_192, 131_072]) {
    monitor
      .for({ model: 'gpt-4o', contextSize, operation: 'search' })
      .operation({ latency: 0.3, token_usage: 900 })
  }
  monitor
    .for({ model: 'mistral-7b', contextSize: 8_192, operation: 'rank' })
    .operation({ latency: 0.3, f1_score: 1 })
  const samples = samplesOf(await scrape(monitor.url))
  const openai =
    'gen_ai_operation_name="search_memory",gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o"'
  const mistral =
    'gen_ai_operation_name="rank",gen_ai_provider_name="mistral_ai",gen_ai_request_model="mistral-7b"'
  expect(samples.get(`gen_ai_client_operation_duration_seconds_count{${openai}}`)).toBe('2')
  expect(samples.get(`gen_ai_client_operation_duration_seconds_bucket{${openai},le="0.32"}`)).toBe('2')
  expect(samples.get(`gen_ai_client_operation_duration_seconds_count{${mistral}}`)).toBe('1')
  expect(samples.get(`gen_ai_client_token_usage_sum{${openai},gen_ai_token_type="input"}`)).toBe('1800')
  expect(
    [...samples.keys()].filter((name) => name.includes('token_usage_count') && name.includes('mistral_ai')),
  ).toEqual([])
})

test('output tokens are counted apart from input tokens if they are known', async () => {
  const monitor = await start({ genAi: true })
  const op = monitor.for({ model: 'gpt-4o', contextSize: 8_192, operation: 'generate' })
  op.operation({ token_usage: 900, latency: 1 }, { output_tokens: 70 })
  op.operation({ token_usage: 100 }, { output_tokens: 'many' })
  op.operation({ latency: 1 })
  const sums = [...samplesOf(await scrape(monitor.url))].flatMap(([series, value]) => {
    const [, type] = /^gen_ai_client_token_usage_sum\{.*token_type="(\w+)"/.exec(series) ?? []
    return type === undefined ? [] : [[type, value]]
  })
  expect(Object.fromEntries(sums)).toEqual({ input: '1000', output: '70' })
})

function models(samples: Map<string, string>): string[] {
  return [...samples.keys()].flatMap(
    (series) => /^gen_ai_client_operation_duration_seconds_count\{.*model="([^"]+)"/.exec(series)?.[1] ?? [],
  )
}

test('idle series of the conventions end, as those of the KPIs do', async () => {
  let elapsed = 0
  const config = defineConfig({ instrumentation: { evictAfter: '8h' } })
  const monitor = await start({ config, genAi: true, clock: () => elapsed })
  monitor.for({ model: 'idle', contextSize: 8_192 }).latency.record(1)
  for (let hour = 0; hour <= 12; hour++) {
    elapsed = hour * 3_600_000
    monitor.for({ model: 'busy', contextSize: 8_192 }).latency.record(1)
    await monitor.metricProducer().collect()
  }
  expect(models(samplesOf(await scrape(monitor.url)))).toEqual(['busy'])
})

test('beyond the limit, the conventions have one shared series, which is counted and causes a warning', async () => {
  const config = defineConfig({ instrumentation: { maxSeries: 2 } })
  let calls = 0
  const monitor = await start({
    config,
    genAi: { provider: 'openai', operation: () => `call\n${calls++}` },
  })
  const op = monitor.for({ model: 'm', contextSize: 8_192 })
  for (let i = 0; i < 5; i++) op.latency.record(1)
  expect(warnings).toEqual([
    { code: 'CARDINALITY_LIMIT', message: expect.stringContaining('genAi.operation') },
  ])
  // The KPIs' own overflow shares that series.
  monitor.for({ model: 'n', contextSize: 8_192 })
  monitor.for({ model: 'o', contextSize: 8_192 }).latency.record(1)
  const samples = samplesOf(await scrape(monitor.url))
  expect(models(samples).sort()).toEqual(['_overflow', 'm', 'm'])
  expect(samples.get('mnemoscope_cardinality_overflows_total{}')).toBe('4')
})

test('operations that are invalid labels are corrected, and share a series if they become the same', async () => {
  const operations = ['find\n', 'find\t']
  const monitor = await start({ genAi: { provider: 'openai', operation: () => operations.pop() ?? '' } })
  const op = monitor.for({ model: 'm', contextSize: 8_192 })
  for (let i = 0; i < 3; i++) op.latency.record(1)
  const series = [...samplesOf(await scrape(monitor.url))].flatMap(([name, value]) => {
    const [, operation] =
      /^gen_ai_client_operation_duration_seconds_count\{.*operation_name="([^"]*)"/.exec(name) ?? []
    return operation === undefined ? [] : [[operation, value]]
  })
  expect(series).toEqual([
    ['find_', '2'],
    ['_unknown', '1'],
  ])
})

test('series of the conventions exist only on request', async () => {
  const monitor = await start()
  monitor.for({ model: 'm', contextSize: 1 }).latency.record(1)
  expect(await scrape(monitor.url)).not.toContain('gen_ai')
})

test.each([
  [undefined, {}, undefined],
  [undefined, { OTEL_SEMCONV_STABILITY_OPT_IN: 'http, gen_ai_latest_experimental' }, { provider: '_OTHER' }],
  [undefined, { OTEL_SEMCONV_STABILITY_OPT_IN: 'http' }, undefined],
  [false, { OTEL_SEMCONV_STABILITY_OPT_IN: 'gen_ai_latest_experimental' }, undefined],
  [true, {}, { provider: '_OTHER' }],
  [{ provider: 'openai' }, {}, { provider: 'openai' }],
])('the option %j in the environment %j means %j', (given, environment, options) => {
  expect(genAiOptions(given, environment)).toEqual(options)
})
