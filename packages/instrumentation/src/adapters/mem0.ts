import { interceptMethods } from './intercept.js'
import { type MemoryAdapterOptions, memoryCalls, type RecordingMonitor } from './memory-calls.js'

export type { CountTokens, MemoryAdapterOptions, RecordingMonitor } from './memory-calls.js'

type Method = (...args: never[]) => Promise<unknown>

/** The methods that `Memory` of `mem0ai/oss` and `MemoryClient` of `mem0ai` share. */
export interface Mem0Memory {
  readonly search: Method
  readonly add: Method
  readonly update: Method
  readonly delete: Method
  readonly deleteAll: Method
}

/**
 * A mem0 memory, in process or hosted, that records its searches, additions, updates and deletions as operations
 * `search`, `store`, `update` and `delete`: `latency`, and `token_usage` of the memories found if `countTokens` is
 * given. The latency of an addition includes the call of the model that extracts the memories.
 */
export function instrumentMem0<Memory extends Mem0Memory>(
  memory: Memory,
  monitor: RecordingMonitor,
  options: MemoryAdapterOptions,
): Memory {
  const calls = memoryCalls(monitor, options, textsOfMemories)
  return interceptMethods(memory, {
    intercepted: {
      search: calls.search,
      add: calls.store,
      update: calls.update,
      delete: calls.delete,
      deleteAll: calls.delete,
    },
  })
}

/** Texts of `{ results: [{ memory }] }`, or of the plain list that older versions of the hosted client return. */
function textsOfMemories(found: unknown): string[] | undefined {
  const memories = Array.isArray(found) ? found : (found as { results?: unknown } | undefined)?.results
  if (!Array.isArray(memories)) return undefined
  return memories.map(({ memory }: { memory?: string }) => memory ?? '')
}
