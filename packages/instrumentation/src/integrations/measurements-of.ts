import type { HandleLabels, Metadata, OperationValues } from '../handle/handle-types.js'
import type { AdaptationResult, BenchmarkResult, OverflowResult } from './results.js'

/** What a result says, in the words of the KPIs. */
export interface ResultMeasurements {
  readonly labels: HandleLabels
  readonly values: OperationValues
  readonly metadata: Metadata
}

/** Where a result was measured, as far as it does not say so itself. */
export type ResultPlace = Pick<HandleLabels, 'contextSize' | 'operation'>

/** A benchmark's measurements; none where the model was not available, because nothing was measured then. */
export function benchmarkMeasurements(result: BenchmarkResult, place: ResultPlace): ResultMeasurements {
  const { model, accuracy, latency, input_tokens, context_utilization, ...rest } = result
  return {
    labels: { operation: 'benchmark', ...place, model },
    values:
      result.model_availability === false
        ? {}
        : { f1_score: accuracy, latency, token_usage: input_tokens, context_utilization },
    metadata: rest,
  }
}

/** An overflow check's measurements: its strategy, and the F1 score and tokens of what was left. */
export function overflowMeasurements(result: OverflowResult, place: HandleLabels): ResultMeasurements {
  const { strategy_used, f1_score, compressed_tokens, metadata, ...rest } = result
  return {
    labels: { operation: 'overflow', ...place },
    values: { overflow_frequency: strategy_used, f1_score, token_usage: compressed_tokens },
    metadata: { ...rest, ...metadata },
  }
}

/** An adaptation's outcome, under the model that was adapted to. A refusal in cooldown is neither success nor failure. */
export function adaptationMeasurements(
  result: AdaptationResult,
  place: Pick<HandleLabels, 'operation'>,
): ResultMeasurements {
  const { adapted_model, context_size, success, metadata, ...rest } = result
  const refused = success !== true && Number(metadata?.cooldown_remaining) > 0
  return {
    labels: { operation: 'adaptation', ...place, model: adapted_model, contextSize: context_size },
    values: { adaptation_success_rate: success === true ? 'success' : refused ? 'refused' : 'failure' },
    metadata: { ...rest, ...metadata },
  }
}
