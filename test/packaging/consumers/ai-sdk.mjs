// The AI SDK of whatever major is installed, with its own test model: prints how many calls were recorded with tokens.
import { startMonitoring } from '@mnemoscope/instrumentation'
import { languageModelMiddleware } from '@mnemoscope/instrumentation/ai-sdk'
import { generateText, streamText, wrapLanguageModel } from 'ai'
import * as testing from 'ai/test'

const [TestModel, version] = Object.entries(testing)
  .map(([name, value]) => [value, Number(/^MockLanguageModelV(\d)$/.exec(name)?.[1] ?? 0)])
  .sort(([, a], [, b]) => b - a)[0]
// Version 2 of the model interface, in AI SDK 5, has plain counts and reasons.
const usage =
  version === 2
    ? { inputTokens: 2_048, outputTokens: 12, totalTokens: 2_060 }
    : { inputTokens: { total: 2_048 }, outputTokens: { total: 12 } }
const finishReason = version === 2 ? 'stop' : { unified: 'stop', raw: 'stop' }
const chunks = [
  { type: 'stream-start', warnings: [] },
  { type: 'text-start', id: '1' },
  { type: 'text-delta', id: '1', delta: 'two piers' },
  { type: 'text-end', id: '1' },
  { type: 'finish', finishReason, usage },
]

const monitor = await startMonitoring({ service: 'ai-sdk', port: 0 })
const model = wrapLanguageModel({
  model: new TestModel({
    modelId: 'harbour-1',
    doGenerate: async () => ({
      content: [{ type: 'text', text: 'two piers' }],
      finishReason,
      usage,
      warnings: [],
    }),
    doStream: async () => ({ stream: ReadableStream.from(chunks) }),
  }),
  middleware: languageModelMiddleware(monitor, { contextSize: 8_192 }),
})
const { text } = await generateText({ model, prompt: 'How many piers?' })
let streamed = ''
for await (const delta of streamText({ model, prompt: 'How many piers?' }).textStream) streamed += delta
if (text !== 'two piers' || streamed !== text) throw new Error(`answers changed: ${text}, ${streamed}`)

const exposition = await (await fetch(monitor.url)).text()
await monitor.stop()
const sum = /^mnemoscope_token_usage_sum\{.*model="harbour-1".*\} (\d+)$/m.exec(exposition)?.[1]
console.log(Number(sum) / 2_048)
