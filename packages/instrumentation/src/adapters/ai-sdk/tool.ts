import type { MemoryAdapterOptions, RecordingMonitor } from '../adapter-options.js'
import { measuredCall, type ResultFacts } from '../measured-call.js'
import { standIn } from '../stand-in.js'

/** How executions of a memory tool are labelled and counted. */
export interface MemoryToolOptions extends MemoryAdapterOptions {
  /**
   * The label `operation`.
   * @default 'search'
   */
  readonly operation?: string
}

/**
 * A tool of the AI SDK that records its executions: `latency`, and `token_usage` of what it hands to the model (its
 * result as text or JSON) if `countTokens` is given. Of a tool that yields preliminary results the last one counts.
 */
export function instrumentTool<Tool extends object>(
  tool: Tool,
  monitor: RecordingMonitor,
  { model, contextSize, countTokens, operation = 'search' }: MemoryToolOptions,
): Tool {
  const recorder = monitor.for({ model, contextSize, operation })

  function factsOf(output: unknown): ResultFacts {
    if (countTokens === undefined || output === undefined) return {}
    return {
      values: { token_usage: countTokens(typeof output === 'string' ? output : JSON.stringify(output)) },
    }
  }

  return standIn(tool, {
    intercepted: {
      execute: (run) => measuredCall(recorder, run, factsOf),
    },
  })
}
