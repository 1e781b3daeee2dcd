import type { MemoryAdapterOptions, RecordingMonitor } from './adapter-options.js'
import { measuredCall, type ResultFacts } from './measured-call.js'
import type { Intercept } from './stand-in.js'

/** What memory systems do, as the label `operation`. */
export type MemoryOperation = 'search' | 'store' | 'update' | 'delete'

/** Measures calls of a memory, by operation. */
export type MemoryCalls = Readonly<Record<MemoryOperation, Intercept>>

/**
 * Measurement for each operation of a memory: latency, and for searches the tokens of the texts found, with the number
 * of results as metadata.
 * @param textsOf the texts among what a search found; undefined for a result of another shape
 */
export function memoryCalls(
  monitor: RecordingMonitor,
  { model, contextSize, countTokens }: MemoryAdapterOptions,
  textsOf: (found: unknown) => readonly string[] | undefined,
): MemoryCalls {
  const handle = (operation: MemoryOperation) => monitor.for({ model, contextSize, operation })

  function searchFacts(found: unknown): ResultFacts {
    const texts = textsOf(found)
    if (texts === undefined) return {}
    const metadata = { results: texts.length }
    if (countTokens === undefined) return { metadata }
    return { metadata, values: { token_usage: texts.reduce((all, text) => all + countTokens(text), 0) } }
  }

  function measured(operation: MemoryOperation, factsOf?: (value: unknown) => ResultFacts): Intercept {
    const recorder = handle(operation)
    return (run) => measuredCall(recorder, run, factsOf)
  }

  return {
    search: measured('search', searchFacts),
    store: measured('store'),
    update: measured('update'),
    delete: measured('delete'),
  }
}
