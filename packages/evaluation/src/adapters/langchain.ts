import type { StoredEntry } from '../store/stored-entry.js'

/** A vector store of LangChain.js that keeps its vectors in the process. Others have no way to list what they hold. */
export interface InProcessVectors {
  readonly memoryVectors: readonly {
    readonly id?: string | undefined
    readonly content: string
    readonly metadata: Readonly<Record<string, unknown>>
  }[]
}

/**
 * The entries of LangChain's `MemoryVectorStore`.
 * @param known what the metadata say of an entry, such as its scope; its id is `metadata.id` unless the store or this gives one
 */
export function langChainEntries(
  store: InProcessVectors,
  known: (metadata: Readonly<Record<string, unknown>>) => Partial<StoredEntry> = () => ({}),
): () => Iterable<StoredEntry> {
  return function* () {
    for (const [i, { id, content, metadata }] of store.memoryVectors.entries())
      yield { id: id ?? String(metadata.id ?? i), text: content, ...known(metadata) }
  }
}
