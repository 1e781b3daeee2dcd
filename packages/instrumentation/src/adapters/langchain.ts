import type { BaseRetrieverInterface } from '@langchain/core/retrievers'
import type { VectorStoreInterface } from '@langchain/core/vectorstores'
import { interceptMethods } from './intercept.js'
import { type MemoryAdapterOptions, memoryCalls, type RecordingMonitor } from './memory-calls.js'

export type { CountTokens, MemoryAdapterOptions, RecordingMonitor } from './memory-calls.js'

/**
 * A retriever that records each retrieval as operation `search`: `latency`, and `token_usage` of the documents found if
 * `countTokens` is given. Its behaviour, callbacks and errors stay the same. Chains, batches and streams with it are
 * measured too. Writes to a store (`addDocuments`) are operation `store`.
 */
export function instrumentRetriever<Retriever extends BaseRetrieverInterface>(
  retriever: Retriever,
  monitor: RecordingMonitor,
  options: MemoryAdapterOptions,
): Retriever {
  const calls = memoryCalls(monitor, options, textsOfDocuments)
  return interceptMethods(retriever, {
    intercepted: { invoke: calls.search, addDocuments: calls.store },
    ownThis: isOfRunnable,
  })
}

/**
 * A vector store that records its searches, additions and deletions as operations `search`, `store` and `delete`:
 * `latency`, and `token_usage` of the documents found if `countTokens` is given. Its retrievers (`asRetriever`) are
 * measured as by `instrumentRetriever`.
 */
export function instrumentVectorStore<Store extends VectorStoreInterface>(
  store: Store,
  monitor: RecordingMonitor,
  options: MemoryAdapterOptions,
): Store {
  const { search, store: add, delete: remove } = memoryCalls(monitor, options, textsOfDocuments)
  return interceptMethods(store, {
    intercepted: {
      similaritySearch: search,
      similaritySearchWithScore: search,
      similaritySearchVectorWithScore: search,
      maxMarginalRelevanceSearch: search,
      addDocuments: add,
      addVectors: add,
      delete: remove,
      asRetriever: (run) => instrumentRetriever(run() as BaseRetrieverInterface, monitor, options),
    },
  })
}

/** Texts of documents, or of documents with scores. */
function textsOfDocuments(found: unknown): string[] | undefined {
  if (!Array.isArray(found)) return undefined
  return found.map((entry: unknown) => {
    const { pageContent } = (Array.isArray(entry) ? entry[0] : entry) as { pageContent: string }
    return pageContent
  })
}

/**
 * Whether a method is defined by `Runnable`. Such methods build chains and batches around `this`, so `this` must be the
 * proxy. Methods that override them can need private fields, so they get the original. `Runnable` is the class that
 * defines `pipe`; LangChain is not loaded here.
 */
function isOfRunnable(target: object, method: PropertyKey): boolean {
  const runnable = definedIn(target, 'pipe')
  return runnable !== undefined && definedIn(target, method) === runnable
}

function definedIn(target: object, method: PropertyKey): object | undefined {
  for (let at: object | null = target; at !== null; at = Reflect.getPrototypeOf(at)) {
    if (Object.hasOwn(at, method)) return at
  }
  return undefined
}
