import type { HandleLabels, OperationRecorder } from '../record/handle-types.js'
import { operationInTraffic } from '../record/traffic.js'
import type { Intercept } from './intercept.js'
import { measuredCall, type ResultFacts } from './measured-call.js'

/** The monitor that an adapter records with. Any configuration fits. */
export interface RecordingMonitor {
  for(labels: HandleLabels): OperationRecorder
}

/** Counts the tokens of a text with the model's tokenizer. An estimate with a fraction is rounded. */
export type CountTokens = (text: string) => number

/** Labels of a memory's measurements, and how to count its tokens. */
export interface MemoryAdapterOptions {
  /** The model that reads what the memory finds: the label `model`. */
  readonly model: string
  /** Size of the model's context in tokens: the label `context_size`. */
  readonly contextSize: number
  /**
   * Counts the tokens of the texts found, for `token_usage`. It runs after each search, before the caller gets the
   * result. If it throws, no tokens are recorded.
   * @default none: `token_usage` is not recorded
   */
  readonly countTokens?: CountTokens
}

/**
 * Returns the recorder for each call of an operation. Calls of probes and benchmarks have operations of their own, so
 * that they do not change the values of real traffic.
 */
export function recorderOf(
  monitor: RecordingMonitor,
  labels: Omit<HandleLabels, 'operation'>,
  operation: string,
): () => OperationRecorder {
  const recorder = monitor.for({ ...labels, operation })
  return () => {
    const separate = operationInTraffic(operation)
    return separate === operation ? recorder : monitor.for({ ...labels, operation: separate })
  }
}

/** Operations of memory systems: values of the label `operation`. */
type MemoryOperation = 'search' | 'store' | 'update' | 'delete'

/** Measures calls of a memory. */
type MemoryCalls = Readonly<Record<MemoryOperation, Intercept>>

/**
 * Measures each operation of a memory: its latency, and for searches the tokens of the texts found. The number of
 * results is metadata.
 * @param textsOf the texts in the result of a search; undefined for a result of another shape
 */
export function memoryCalls(
  monitor: RecordingMonitor,
  { model, contextSize, countTokens }: MemoryAdapterOptions,
  textsOf: (found: unknown) => readonly string[] | undefined,
): MemoryCalls {
  function searchFacts(found: unknown): ResultFacts {
    const texts = textsOf(found)
    if (texts === undefined) return {}
    const metadata = { results: texts.length }
    if (countTokens === undefined) return { metadata }
    return { metadata, values: { token_usage: texts.reduce((all, text) => all + countTokens(text), 0) } }
  }

  function measured(operation: MemoryOperation, factsOf?: (value: unknown) => ResultFacts): Intercept {
    const recorder = recorderOf(monitor, { model, contextSize }, operation)
    return (run) => measuredCall(recorder(), run, factsOf)
  }

  return {
    search: measured('search', searchFacts),
    store: measured('store'),
    update: measured('update'),
    delete: measured('delete'),
  }
}
