import { expect, test } from '@jest/globals'
import { genAiOptions } from '../../src/genai/gen-ai.js'
import { samplesOf, scrape } from '../exposition-samples.js'
import { monitors } from '../monitored.js'

const { start } = monitors()

test('latency and tokens become the metrics of the conventions, context sizes added up', async () => {
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

test('no series of the conventions exists unless asked for', async () => {
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
])('the application asking %j in environment %j has the options %j', (given, environment, options) => {
  expect(genAiOptions(given, environment)).toEqual(options)
})
