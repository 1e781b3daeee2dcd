import type { ModelId } from './models.js'

/** How a context that was too large was made to fit. */
export type OverflowStrategy = 'none' | 'hierarchy' | 'sliding_window'

/** How a model is chosen. */
export type AdaptationStrategy = 'context_size' | 'performance_based' | 'hybrid' | 'manual'

/** What answering one question from memory gave. */
export interface BenchmarkResult {
  /** How the memory is cut into pieces; here always by section. */
  readonly structure: 'sections'
  readonly model: ModelId
  /** F1 of the passages in the context against the question's labels, 0 to 1. */
  readonly accuracy: number
  /** Seconds from question to answer. */
  readonly latency: number
  /** Tokens of the context as it was sent. */
  readonly input_tokens: number
  readonly output_tokens: number
  /** Accuracy per thousand input tokens. */
  readonly context_efficiency: number
  /** ISO 8601, UTC. */
  readonly timestamp: string
  readonly model_availability: boolean
  /** Share of the model's window that the context fills, 0 to 1. */
  readonly context_utilization: number
}

/** What fitting one context into its budget did. */
export interface OverflowResult {
  readonly original_tokens: number
  readonly compressed_tokens: number
  /** Compressed over original tokens: 1 when nothing had to go. */
  readonly compression_ratio: number
  /** F1 after fitting, 0 to 1. */
  readonly f1_score: number
  /** F1 that fitting cost: before minus after. */
  readonly degradation: number
  readonly strategy_used: OverflowStrategy
  readonly metadata: { readonly budget: number; readonly summarised: number; readonly left_out: number }
}

/** What came of wanting another model. */
export interface AdaptationResult {
  readonly original_model: ModelId
  /** The model that was wanted: in use from now on if `success`. */
  readonly adapted_model: string
  readonly adaptation_reason: string
  /** Tokens at hand when the model was chosen. */
  readonly context_size: number
  /** What was known of the original model's work; empty when nothing was. */
  readonly performance_metrics: { readonly f1_score?: number; readonly latency?: number }
  /** ISO 8601, UTC. */
  readonly adaptation_timestamp: string
  readonly success: boolean
  readonly metadata: {
    readonly strategy: AdaptationStrategy
    /** Seconds until the next adaptation is allowed. Present when this one was refused for coming too soon. */
    readonly cooldown_remaining?: number
    /** Why it failed. Present when it was allowed and failed. */
    readonly error?: string
  }
}
