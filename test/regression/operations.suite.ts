import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Monitor, startMonitoring } from '@mnemoscope/instrumentation'
import { languageModelMiddleware } from '@mnemoscope/instrumentation/ai-sdk'
import { instrumentRetriever } from '@mnemoscope/instrumentation/langchain'
import { defineConfig } from '@mnemoscope/kpi'
import { rulesOf, ruleTest } from '../../packages/generate/test/promtool.js'
import { samplesOf, scrape } from '../../packages/instrumentation/test/exposition-samples.js'

// Operations of one model, averaged together, hid each other: nothing alerted, although every generation used more
// tokens than two thresholds allow, and every search took longer than all of them.

const rounds = 40
const rules = rulesOf(defineConfig())
const model = 'gpt-4o'
const contextSize = 131_072
const place = { model, contextSize }
/** Two searches find so much that, with a generation of 22,000 tokens, the mean of the three is 8,135. */
const found = ['1202', '1203'].map((pageContent) => [{ pageContent }])

let monitor: Monitor
let series: Record<string, string>

beforeAll(async () => {
  monitor = await startMonitoring({ service: 'memory', port: 0 })
  let searched = 0
  const retriever = instrumentRetriever(
    { invoke: async () => found[searched++ % found.length] } as never,
    monitor,
    { ...place, countTokens: Number },
  ) as { invoke(question: string): Promise<unknown> }
  const { wrapGenerate } = languageModelMiddleware(monitor, { contextSize })
  const memory = { ...place, model: 'memory-1' }
  const [stores, searches] = ['store', 'search'].map((operation) => monitor.for({ ...memory, operation }))
  const scraped = [samplesOf(await scrape(monitor.url))]
  for (let round = 0; round < rounds; round++) {
    await retriever.invoke('Is the old pier open?')
    await retriever.invoke('Who runs the crane?')
    await wrapGenerate({
      doGenerate: async () => ({ usage: { inputTokens: 22_000 } }),
      model: { modelId: model },
    })
    for (let i = 0; i < 24; i++) stores?.latency.record(0.05)
    searches?.latency.record(30)
    scraped.push(samplesOf(await scrape(monitor.url)))
  }
  const target = 'job="memory", instance="memory:9464"'
  const named = [...(scraped.at(-1) ?? [])].filter(([name]) => /^mnemoscope_(token_usage|latency)/.test(name))
  series = {
    ...Object.fromEntries(
      named.map(([name]) => [
        name.replace('{', `{${target}, `),
        scraped.map((samples) => samples.get(name) ?? '_').join(' '),
      ]),
    ),
    [`up{${target}}`]: `1x${rounds}`,
    [`process_start_time_seconds{${target}}`]: `0x${rounds}`,
  }
}, 60_000)

afterAll(() => monitor?.stop())

/** Asks the rules at the end: the figure over all operations, and what fires. */
async function judged(kpi: string, ofModel: string, overAll: [string, number], fired: string[]) {
  const firing = `count by (alertname, operation) (ALERTS{alertstate="firing", kpi="${kpi}", model="${ofModel}"})`
  const values = {
    [overAll[0]]: [['{}', overAll[1]] as const],
    [firing]: fired.map((labels) => [labels, 1] as const),
  }
  return ruleTest(rules, series, [{ at: `${(rounds * 15) / 60}m`, values }])
}

describe('unlike operations of one model', () => {
  test('generations of 22,000 tokens alert, whatever searches beside them find', async () => {
    const selector = `{model="${model}"}`
    const mean = `sum(mnemoscope_token_usage_sum${selector}) / sum(mnemoscope_token_usage_count${selector})`
    expect(
      await judged(
        'token_usage',
        model,
        [mean, 8_135],
        [
          '{alertname="MnemoscopeTokenUsageWarning", operation="generate"}',
          '{alertname="MnemoscopeTokenUsageError", operation="generate"}',
        ],
      ),
    ).toBe('')
  })

  test('searches of 30 s alert, however many fast writes there are', async () => {
    const all = 'sum by (le) (mnemoscope_latency_seconds_bucket{model="memory-1"})'
    const isFast = `histogram_quantile(0.95, ${all}) < bool 0.1`
    expect(
      await judged(
        'latency',
        'memory-1',
        [isFast, 1],
        [
          '{alertname="MnemoscopeLatencyWarning", operation="search"}',
          '{alertname="MnemoscopeLatencyError", operation="search"}',
          '{alertname="MnemoscopeLatencyCritical", operation="search"}',
        ],
      ),
    ).toBe('')
  })
})
