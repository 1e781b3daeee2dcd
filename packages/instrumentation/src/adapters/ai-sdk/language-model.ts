import type { OperationRecorder } from '../../handle/handle-types.js'
import type { RecordingMonitor } from '../adapter-options.js'
import { measuredCall, openCall } from '../measured-call.js'
import { measuredStream } from './measured-stream.js'
import { usageFacts } from './usage.js'

/** How calls of a language model are labelled. */
export interface LanguageModelOptions {
  /** Size of the model's context window in tokens, or how to find it by the model's id where there are several models. */
  readonly contextSize: number | ((model: string) => number)
  /**
   * The label `operation`.
   * @default 'generate'
   */
  readonly operation?: string
  /**
   * The label `model`.
   * @default the model's own id
   */
  readonly model?: string
}

interface CalledModel {
  readonly modelId: string
}

/** Fits `wrapLanguageModel` and `wrapProvider` of versions 5 to 7 of the AI SDK. */
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
 * Middleware that records each call of a language model: `latency` until the last part of the answer, the input tokens
 * that the provider reports as `token_usage`, and their share of the context window as `context_utilization`; output
 * tokens are metadata. A stream that its reader gives up is not recorded. Answers pass unchanged.
 */
export function languageModelMiddleware(
  monitor: RecordingMonitor,
  options: LanguageModelOptions,
): LanguageModelMiddleware {
  const { operation = 'generate' } = options

  function placed({ modelId }: CalledModel): { recorder: OperationRecorder; window: number } {
    const model = options.model ?? modelId
    const window = windowOf(options.contextSize, model)
    return { window, recorder: monitor.for({ model, contextSize: window, operation }) }
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
          // The last part tells how the answer ended, with its usage.
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
    // An unknown size is a label the monitor repairs and counts; the model's answer is worth more.
    return Number.NaN
  }
}
