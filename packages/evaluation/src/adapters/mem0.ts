import type { Memory } from '../memory.js'

/** What is used of `Memory` of `mem0ai/oss`. */
export interface Mem0 {
  add(
    text: string,
    options: { userId: string; infer?: boolean; metadata: Record<string, unknown> },
  ): Promise<unknown>
  search(question: string, options: Selection): Promise<{ readonly results: readonly Mem0Item[] }>
  getAll(options: Selection): Promise<{ readonly results: readonly Mem0Item[] }>
  update(id: string, options: { text: string }): Promise<unknown>
  delete(id: string): Promise<unknown>
}

interface Selection {
  readonly filters: Record<string, unknown>
  readonly topK: number
}

interface Mem0Item {
  readonly id: string
  readonly memory: string
  readonly score?: number
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** More memories than mem0 makes of one entry. */
const mostOfEntry = 100

/**
 * A memory of mem0 as tests call it. The scope is its user, and the entry's id is in the metadata, because mem0 gives ids of
 * its own, and may make several memories of one entry.
 * @param infer whether a model extracts the memories, as mem0 does by default; without it the texts are kept as they are
 */
export function mem0Memory(mem0: Mem0, { infer = true }: { readonly infer?: boolean } = {}): Memory {
  const memoriesOf = async (entry: string, user: string) =>
    (await mem0.getAll({ filters: { user_id: user, entry }, topK: mostOfEntry })).results
  return {
    add: ({ id, text }, { scope }) => mem0.add(text, { userId: scope, infer, metadata: { entry: id } }),
    async search(question, { scope, limit }) {
      const { results } = await mem0.search(question, { filters: { user_id: scope }, topK: limit })
      return results.map(({ memory, score, metadata }) => ({
        id: String(metadata?.entry),
        score,
        text: memory,
      }))
    },
    async update({ id, text }, { scope }) {
      const [first, ...others] = await memoriesOf(id, scope)
      if (first !== undefined) await mem0.update(first.id, { text })
      for (const other of others) await mem0.delete(other.id)
    },
    async delete(id, { scope }) {
      for (const memory of await memoriesOf(id, scope)) await mem0.delete(memory.id)
    },
  }
}
