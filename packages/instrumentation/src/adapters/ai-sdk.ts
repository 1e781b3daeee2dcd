import type { OperationRecorder } from '../record/handle-types.js'
import { operationInTraffic } from '../record/traffic.js'
import { interceptMethods } from './intercept.js'
import { measuredCall, openCall, type ResultFacts } from './measured-call.js'
import { type MemoryAdapterOptions, type RecordingMonitor, recorderOf } from './memory-calls.js'

export type { CountTokens, MemoryAdapterOptions, RecordingMonitor } from './memory-calls.js'

/** Labels of the calls of a language model. */
export interface LanguageModelOptions {
  /** Size of the model's context window in tokens; with several models, a function of the model's id. */
  readonly contextSize: number | ((model: string) => number)
  /**
   * The label `operation`.
   * @default 'generate'
   */
  readonly operation?: string
  /**
   * The label `model`.
   * @default the model's id
   */
  readonly model?: string
}

interface CalledModel {
  readonly modelId: string
}

/** Middleware for `wrapLanguageModel` and `wrapProvider` of versions 5 to 7 of the AI SDK. */
export interface LanguageModelMiddleware {
  readonly specificationVersion: 'v3'
  wrapGenerate<Result>(call: {
    readonly doGenerate: () => PromiseLike<Result>
    readonly model: CalledModel
  }): Promise<Result>
  wrapStream<Result>(call: {
    readonly doStream: () => PromiseLike<Result>
    readonly model: CalledModel
  }): Promise<Result>
}

/**
 * Middleware that records each call of a language model: `latency` until the last part of the answer, `token_usage` as
 * the input tokens that the provider reports, and `context_utilization` as these tokens divided by the context window.
 * Output tokens are metadata. A stream whose reader stops early is not recorded. Answers do not change.
 */
export function languageModelMiddleware(
  monitor: RecordingMonitor,
  options: LanguageModelOptions,
): LanguageModelMiddleware {
  const { operation = 'generate' } = options

  function placed({ modelId }: CalledModel): { recorder: OperationRecorder; window: number } {
    const model = options.model ?? modelId
    const window = windowOf(options.contextSize, model)
    return {
      window,
      recorder: monitor.for({ model, contextSize: window, operation: operationInTraffic(operation) }),
    }
  }

  return {
    specificationVersion: 'v3',
    async wrapGenerate({ doGenerate, model }) {
      const { recorder, window } = placed(model)
      return measuredCall(recorder, doGenerate, (result) => usageFacts(result, window))
    },
    async wrapStream({ doStream, model }) {
      const { recorder, window } = placed(model)
      const call = openCall(recorder)
      let last: unknown
      try {
        const result = await doStream()
        const { stream } = result as { stream: ReadableStream<unknown> }
        const measured = measuredStream(stream, {
          part(part) {
            last = part
          },
          // The last part holds the usage.
          closed: () => call.succeeded(() => usageFacts(last, window)),
          failed: call.failed,
        })
        return { ...result, stream: measured }
      } catch (error) {
        call.failed()
        throw error
      }
    },
  }
}

function windowOf(contextSize: LanguageModelOptions['contextSize'], model: string): number {
  if (typeof contextSize === 'number') return contextSize
  try {
    return contextSize(model)
  } catch {
    // The monitor replaces the unknown size and counts that. The model's answer must not fail.
    return Number.NaN
  }
}

/** Labels of the executions of a memory tool, and how to count its tokens. */
export interface MemoryToolOptions extends MemoryAdapterOptions {
  /**
   * The label `operation`.
   * @default 'search'
   */
  readonly operation?: string
}

/**
 * A tool of the AI SDK that records its executions: `latency`, and `token_usage` of its result as text or JSON if
 * `countTokens` is given. Of several preliminary results the last one counts.
 */
export function instrumentTool<Tool extends object>(
  tool: Tool,
  monitor: RecordingMonitor,
  { model, contextSize, countTokens, operation = 'search' }: MemoryToolOptions,
): Tool {
  const recorder = recorderOf(monitor, { model, contextSize }, operation)

  function factsOf(output: unknown): ResultFacts {
    if (countTokens === undefined || output === undefined) return {}
    return {
      values: { token_usage: countTokens(typeof output === 'string' ? output : JSON.stringify(output)) },
    }
  }

  return interceptMethods(tool, {
    intercepted: {
      execute: (run) => measuredCall(recorder(), run, factsOf),
    },
  })
}

/** Token counts of a provider: a number in version 5 of the AI SDK, an object since version 6. */
type TokenCount = number | { readonly total?: number | undefined } | undefined

interface WithUsage {
  readonly usage?: { readonly inputTokens?: TokenCount; readonly outputTokens?: TokenCount }
}

/**
 * Facts about the context, from a model's answer.
 * @param window size of the context window in tokens
 */
function usageFacts(answer: unknown, window: number): ResultFacts {
  const { usage } = answer as WithUsage
  const input = tokens(usage?.inputTokens)
  const output = tokens(usage?.outputTokens)
  return {
    values: {
      token_usage: input,
      context_utilization: input !== undefined && window > 0 ? input / window : undefined,
    },
    ...(output !== undefined && { metadata: { output_tokens: output } }),
  }
}

function tokens(count: TokenCount): number | undefined {
  return typeof count === 'object' ? count?.total : count
}

/** Called for each part of a stream and for its end, unless its reader stops early. None may throw. */
interface StreamListener<Part> {
  part(part: Part): void
  closed(): void
  failed(): void
}

/**
 * The same stream. Parts are read from the original only on demand; a transform stream would read ahead.
 */
function measuredStream<Part>(
  original: ReadableStream<Part>,
  listener: StreamListener<Part>,
): ReadableStream<Part> {
  const reader = original.getReader()
  let cancelled = false
  return new ReadableStream<Part>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (cancelled) return
          if (done) {
            listener.closed()
            controller.close()
          } else {
            listener.part(value)
            controller.enqueue(value)
          }
        } catch (error) {
          if (!cancelled) listener.failed()
          throw error
        }
      },
      cancel(reason) {
        cancelled = true
        return reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}
