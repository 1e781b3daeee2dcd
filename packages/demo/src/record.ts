import type { Monitor } from '@mnemoscope/instrumentation'
import type { Answer } from './memory.js'
import { findModel, type Model, models } from './models.js'
import type { AdaptationResult } from './results.js'

/** Hands the memory's results to the monitor: the only file that knows both. */
export interface Recording {
  answer(answer: Answer): void
  adaptation(result: AdaptationResult): void
}

export function createRecording(monitor: Monitor): Recording {
  // Handles are resolved once: recording through them costs next to nothing.
  const handles = new Map(models.map((model) => [model.id, monitor.for(placeOf(model))]))

  return {
    answer({ question, context, benchmark, overflow }) {
      handles.get(benchmark.model)?.operation(
        {
          f1_score: benchmark.accuracy,
          latency: benchmark.latency,
          token_usage: benchmark.input_tokens,
          context_utilization: benchmark.context_utilization,
          overflow_frequency: overflow.strategy_used,
        },
        { question, passages: context.passages.length },
      )
    },
    adaptation(result) {
      // A request for a model that doesn't exist counts against the model that stays in use.
      const model = findModel(result.adapted_model)?.id ?? result.original_model
      handles.get(model)?.adaptation_success_rate.record(outcomeOf(result))
    },
  }
}

/** A refusal during the cooldown is policy; a failure is a problem. They are counted apart. */
export function outcomeOf(result: AdaptationResult): 'success' | 'failure' | 'refused' {
  if (result.success) return 'success'
  return result.metadata.cooldown_remaining === undefined ? 'failure' : 'refused'
}

function placeOf(model: Model) {
  return { model: model.id, contextSize: model.window, operation: 'search' }
}
