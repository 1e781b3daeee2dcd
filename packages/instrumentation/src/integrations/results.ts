/** What a memory benchmark hands over for one model. Everything can be missing; what is no measurement is metadata. */
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
  /** Share of the context window in use, 0 to 1. */
  readonly context_utilization?: number
  readonly timestamp?: number | string
  /** False where the model did not answer: then nothing was measured. */
  readonly model_availability?: boolean
}

/** What fitting a context into its window hands over. */
export interface OverflowResult {
  readonly original_tokens?: number
  readonly compressed_tokens?: number
  readonly compression_ratio?: number
  readonly f1_score?: number
  readonly degradation?: number
  readonly strategy_used: 'none' | 'hierarchy' | 'sliding_window'
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** What a change of model hands over. */
export interface AdaptationResult {
  readonly original_model?: string
  readonly adapted_model: string
  readonly adaptation_reason?: string
  /** Tokens. */
  readonly context_size: number
  readonly performance_metrics?: Readonly<Record<string, unknown>>
  readonly adaptation_timestamp?: number | string
  readonly success: boolean
  /** With `cooldown_remaining` above 0 the change was refused, which is no failure. */
  readonly metadata?: Readonly<Record<string, unknown>>
}
