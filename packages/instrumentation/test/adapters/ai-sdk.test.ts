import { describe, expect, jest, test } from '@jest/globals'
import { generateText, jsonSchema, streamText, tool, wrapLanguageModel } from 'ai'
import { MockLanguageModelV3, simulateReadableStream } from 'ai/test'
import { instrumentTool, languageModelMiddleware } from '../../src/adapters/ai-sdk.js'
import { asBenchmark } from '../../src/index.js'
import { monitors } from '../monitored.js'
import { countWords, recorded, timedOperations } from './recorded.js'

const { start } = monitors()
const usage = {
  inputTokens: { total: 2_048, noCache: 2_048, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 12, text: 12, reasoning: 0 },
}
type Parts = Awaited<ReturnType<MockLanguageModelV3['doStream']>>['stream']
type Part = Parts extends ReadableStream<infer Each> ? Each : never

const finish = { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage } as const
const parts: Part[] = [
  { type: 'stream-start', warnings: [] },
  { type: 'text-start', id: '1' },
  { type: 'text-delta', id: '1', delta: 'two ' },
  { type: 'text-delta', id: '1', delta: 'piers' },
  { type: 'text-end', id: '1' },
  finish,
]

type Answers = ConstructorParameters<typeof MockLanguageModelV3>[0]

async function instrumented(answers: Answers) {
  const monitor = await start()
  const model = wrapLanguageModel({
    model: new MockLanguageModelV3({ modelId: 'harbour-1', ...answers }),
    middleware: languageModelMiddleware(monitor, { contextSize: 8_192 }),
  })
  return { monitor, model }
}

const stream = () => simulateReadableStream({ chunks: parts, initialDelayInMs: null, chunkDelayInMs: null })

describe('the language model middleware', () => {
  test('records latency, input tokens and their share of the window, under the id of the model', async () => {
    const { monitor, model } = await instrumented({
      doGenerate: {
        content: [{ type: 'text', text: 'two piers' }],
        finishReason: finish.finishReason,
        usage,
        warnings: [],
      },
    })
    const answer = await generateText({ model, prompt: 'How many piers?' })
    expect(answer.text).toBe('two piers')
    expect(answer.usage.inputTokens).toBe(2_048)
    expect(await timedOperations(monitor)).toEqual({ generate: 1 })
    expect(await recorded(monitor, 'mnemoscope_token_usage')).toEqual({ generate: { count: 1, sum: 2_048 } })
    expect(await recorded(monitor, 'mnemoscope_context_utilization')).toEqual({
      generate: { count: 1, sum: 0.25 },
    })
    expect(await (await fetch(monitor.url ?? '')).text()).toContain('model="harbour-1"')
  })

  test('records calls of benchmarks as operations of their own', async () => {
    const { monitor, model } = await instrumented({
      doGenerate: { content: [], finishReason: finish.finishReason, usage, warnings: [] },
    })
    await generateText({ model, prompt: 'How many piers?' })
    await asBenchmark(() => generateText({ model, prompt: 'How many piers?' }))
    expect(await timedOperations(monitor)).toEqual({ generate: 1, benchmark_generate: 1 })
  })

  test('passes a stream part by part and records it at its end', async () => {
    const { monitor, model } = await instrumented({ doStream: async () => ({ stream: stream() }) })
    const { textStream, usage: total } = streamText({ model, prompt: 'How many piers?' })
    const deltas: string[] = []
    for await (const delta of textStream) deltas.push(delta)
    expect(deltas).toEqual(['two ', 'piers'])
    expect((await total).outputTokens).toBe(12)
    expect(await timedOperations(monitor)).toEqual({ generate: 1 })
    expect(await recorded(monitor, 'mnemoscope_token_usage')).toEqual({ generate: { count: 1, sum: 2_048 } })
  })

  test('reads no part of a stream before its reader asks, and none after the reader stops', async () => {
    const pull = jest.fn((controller: ReadableStreamDefaultController<Part>) => controller.enqueue(finish))
    const cancel = jest.fn<(reason: unknown) => void>()
    const lazy = new ReadableStream<Part>({ pull, cancel }, { highWaterMark: 0 })
    const { monitor, model } = await instrumented({ doStream: async () => ({ stream: lazy }) })
    const { stream: measured } = await model.doStream({ prompt: [] })
    expect(pull).not.toHaveBeenCalled()
    const reader = measured.getReader()
    await reader.read()
    await reader.cancel('enough')
    expect(pull).toHaveBeenCalledTimes(1)
    expect(cancel).toHaveBeenCalledWith('enough')
    expect(await timedOperations(monitor)).toEqual({})
  })

  test('does not count a stream whose reader stops while it waits for a part', async () => {
    const silent = new ReadableStream<Part>()
    const { monitor, model } = await instrumented({ doStream: async () => ({ stream: silent }) })
    const reader = (await model.doStream({ prompt: [] })).stream.getReader()
    const awaited = reader.read()
    await reader.cancel('enough')
    expect(await awaited).toEqual({ done: true, value: undefined })
    expect(await timedOperations(monitor)).toEqual({})
  })

  test('keeps the error of a call or a stream that fails, and records its duration', async () => {
    const error = new Error('overloaded')
    const failing = new ReadableStream<Part>({ pull: (controller) => controller.error(error) })
    const doStream = jest.fn<() => Promise<{ stream: ReadableStream<Part> }>>()
    doStream.mockRejectedValueOnce(error).mockResolvedValueOnce({ stream: failing })
    const { monitor, model } = await instrumented({
      doGenerate: async () => {
        throw error
      },
      doStream,
    })
    await expect(model.doGenerate({ prompt: [] })).rejects.toBe(error)
    await expect(model.doStream({ prompt: [] })).rejects.toBe(error)
    const { stream: measured } = await model.doStream({ prompt: [] })
    await expect(measured.getReader().read()).rejects.toBe(error)
    expect(await timedOperations(monitor)).toEqual({ generate: 3 })
    expect(await recorded(monitor, 'mnemoscope_token_usage')).toEqual({})
  })

  test('finds the window of each model, and returns the answer if it can not', async () => {
    const monitor = await start()
    const answer = {
      content: [{ type: 'text' as const, text: 'two piers' }],
      finishReason: finish.finishReason,
      usage,
      warnings: [],
    }
    const middleware = languageModelMiddleware(monitor, {
      operation: 'answer',
      contextSize(model) {
        if (model === 'small') return 4_096
        throw new Error(`nobody knows ${model}`)
      },
    })
    for (const modelId of ['small', 'unheard-of']) {
      const model = wrapLanguageModel({
        model: new MockLanguageModelV3({ modelId, doGenerate: answer }),
        middleware,
      })
      expect((await generateText({ model, prompt: 'How many piers?' })).text).toBe('two piers')
    }
    const shares = await recorded(monitor, 'mnemoscope_context_utilization')
    expect(shares).toEqual({ answer: { count: 1, sum: 0.5 } })
  })
})

describe('an instrumented AI SDK tool', () => {
  const options = { model: 'harbour-1', contextSize: 8_192, countTokens: countWords }
  const inputSchema = jsonSchema<{ query: string }>({
    type: 'object',
    properties: { query: { type: 'string' } },
    required: ['query'],
  })
  const searchMemory = tool({
    description: 'Searches the memory.',
    inputSchema,
    execute: async ({ query }) => `the ${query} is closed in winter`,
  })

  test('records executions of benchmarks as operations of their own', async () => {
    const monitor = await start()
    const { execute } = instrumentTool(searchMemory, monitor, options)
    const call = { toolCallId: '1', messages: [] }
    await execute?.({ query: 'pier' }, call)
    await asBenchmark(() => execute?.({ query: 'pier' }, call))
    expect(await timedOperations(monitor)).toEqual({ search: 1, benchmark_search: 1 })
  })

  test('is executed by the SDK as before, and its latency and tokens are recorded', async () => {
    const monitor = await start()
    const call = {
      type: 'tool-call',
      toolCallId: '1',
      toolName: 'search',
      input: '{"query":"pier"}',
    } as const
    const answer = { finishReason: finish.finishReason, usage, warnings: [] }
    const model = new MockLanguageModelV3({ doGenerate: { ...answer, content: [call] } })
    const { toolResults } = await generateText({
      model,
      prompt: 'Is the pier open?',
      tools: { search: instrumentTool(searchMemory, monitor, options) },
    })
    expect(toolResults[0]?.output).toBe('the pier is closed in winter')
    expect(await timedOperations(monitor)).toEqual({ search: 1 })
    expect(await recorded(monitor, 'mnemoscope_token_usage')).toEqual({ search: { count: 1, sum: 6 } })
  })

  test('that yields preliminary results passes each on and counts the last', async () => {
    const monitor = await start()
    const yielding = {
      ...searchMemory,
      async *execute({ query }: { query: string }) {
        yield 'searching'
        yield { found: `the ${query}` }
      },
    }
    const outputs: unknown[] = []
    const { execute } = instrumentTool(yielding, monitor, { ...options, operation: 'recall' })
    for await (const output of execute({ query: 'pier' })) outputs.push(output)
    expect(outputs).toEqual(['searching', { found: 'the pier' }])
    expect(await timedOperations(monitor)).toEqual({ recall: 1 })
    expect(await recorded(monitor, 'mnemoscope_token_usage')).toEqual({ recall: { count: 1, sum: 2 } })
  })

  test('without an execute function does not change', async () => {
    const monitor = await start()
    const remote = { description: 'Asks a person.', inputSchema }
    expect(instrumentTool(remote, monitor, options)).toEqual(remote)
  })
})
