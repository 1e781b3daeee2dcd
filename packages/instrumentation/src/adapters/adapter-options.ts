import type { HandleLabels, OperationRecorder } from '../handle/handle-types.js'

/** Where an adapter records: any monitor, whatever its configuration. */
export interface RecordingMonitor {
  for(labels: HandleLabels): OperationRecorder
}

/** How many tokens a text has, as the model's tokenizer counts them. */
export type CountTokens = (text: string) => number

/** For which model a memory is searched, and how its tokens are counted. */
export interface MemoryAdapterOptions {
  /** Model that gets to read what the memory finds: the label `model`. */
  readonly model: string
  /** Size of that model's context in tokens: the label `context_size`. */
  readonly contextSize: number
  /**
   * Counts the tokens of what was found, which are recorded as `token_usage`. It runs after each search, before the
   * caller gets the result; one that throws leaves the tokens unknown.
   * @default none: `token_usage` is not recorded
   */
  readonly countTokens?: CountTokens
}
