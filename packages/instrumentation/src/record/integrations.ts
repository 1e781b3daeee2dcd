import type { Settings } from '@mnemoscope/kpi'
import type { WarningHandler } from '../guards/warnings.js'
import type { Handle, HandleLabels, Metadata, OperationValues } from './handle-types.js'

/** The integrations that are on. */
export type IntegrationSwitches = Settings['integrations']

/** Records results of the systems around a memory system, in their usual form. Never throws. */
export interface Integrations {
  /** Records a benchmark's result. It does not hold the context size, so the caller gives it. */
  benchmark(result: BenchmarkResult, place: ResultPlace): void
  /** Records how a context was fitted into a model's window. */
  overflow(result: OverflowResult, place: HandleLabels): void
  /** Records the outcome of a change of model. */
  adaptation(result: AdaptationResult, place?: Pick<HandleLabels, 'operation'>): void
  /** Switches integrations on or off. Those that are not named stay the same. */
  switch(switches: Partial<IntegrationSwitches>): void
  /** The integrations that are on now. */
  readonly switches: IntegrationSwitches
}

export function integrations(
  initial: IntegrationSwitches,
  resolve: (labels: HandleLabels) => Handle,
  warn: WarningHandler,
): Integrations {
  let switches = { ...initial }

  function take(on: boolean, measurements: () => ResultMeasurements): void {
    if (!on) return
    try {
      const { labels, values, metadata } = measurements()
      resolve(labels).operation(values, metadata)
    } catch (error) {
      warn({ code: 'HOOK_FAILED', message: `A result of an integration could not be read: ${String(error)}` })
    }
  }

  return {
    benchmark: (result, place) => take(switches.benchmark, () => benchmarkMeasurements(result, place)),
    overflow: (result, place) => take(switches.overflow, () => overflowMeasurements(result, place)),
    adaptation: (result, place = {}) =>
      take(switches.adaptation, () => adaptationMeasurements(result, place)),
    switch(changed) {
      switches = { ...switches, ...changed }
    },
    get switches() {
      return switches
    },
  }
}

/** The result of a memory benchmark for one model. Fields that are not measurements become metadata. */
export interface BenchmarkResult {
  readonly structure?: string
  readonly model: string
  /** F1 score, 0 to 1. */
  readonly accuracy?: number
  /** Seconds. */
  readonly latency?: number
  readonly input_tokens?: number
  readonly output_tokens?: number
  readonly context_efficiency?: number
  /** Tokens divided by the context window; above 1 where they do not fit. */
  readonly context_utilization?: number
  readonly timestamp?: number | string
  /** False if the model did not answer. Then nothing is recorded. */
  readonly model_availability?: boolean
}

/** The result of fitting a context into a model's window. */
export interface OverflowResult {
  readonly original_tokens?: number
  readonly compressed_tokens?: number
  readonly compression_ratio?: number
  readonly f1_score?: number
  readonly degradation?: number
  readonly strategy_used: 'none' | 'hierarchy' | 'sliding_window'
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** The result of a change of model. */
export interface AdaptationResult {
  readonly original_model?: string
  readonly adapted_model: string
  readonly adaptation_reason?: string
  /** Tokens. */
  readonly context_size: number
  readonly performance_metrics?: Readonly<Record<string, unknown>>
  readonly adaptation_timestamp?: number | string
  readonly success: boolean
  /** With `cooldown_remaining` above 0 the change was refused, which is not a failure. */
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** A result as measurements of the KPIs. */
interface ResultMeasurements {
  readonly labels: HandleLabels
  readonly values: OperationValues
  readonly metadata: Metadata
}

/** The labels that a result does not hold. */
export type ResultPlace = Pick<HandleLabels, 'contextSize' | 'operation'>

/** The measurements of a benchmark; none if the model was not available. */
function benchmarkMeasurements(result: BenchmarkResult, place: ResultPlace): ResultMeasurements {
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

/** The measurements of an overflow: its strategy, and the F1 score and tokens of the compressed context. */
function overflowMeasurements(result: OverflowResult, place: HandleLabels): ResultMeasurements {
  const { strategy_used, f1_score, compressed_tokens, metadata, ...rest } = result
  return {
    labels: { operation: 'overflow', ...place },
    values: { overflow_frequency: strategy_used, f1_score, token_usage: compressed_tokens },
    metadata: { ...rest, ...metadata },
  }
}

/** The outcome of an adaptation, for the new model. A refusal during the cooldown is neither success nor failure. */
function adaptationMeasurements(
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
