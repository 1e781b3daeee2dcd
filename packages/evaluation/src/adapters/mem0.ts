import type { Memory } from '../memory.js'
import type { StoredEntry } from '../store/stored-entry.js'

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
  readonly createdAt?: string
  readonly updatedAt?: string
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

/** More memories than a user has. */
const mostOfUser = 1_000_000

/**
 * The entries of mem0 (`mem0ai/oss`), user by user.
 * @param users ids of the users: mem0 lists the memories of one user only. It may be a function, such as one that asks a database.
 */
export function mem0Entries(
  mem0: Pick<Mem0, 'getAll'>,
  users: Iterable<string> | (() => Iterable<string> | AsyncIterable<string>),
): () => AsyncIterable<StoredEntry> {
  return async function* () {
    for await (const user of typeof users === 'function' ? users() : users) {
      const { results } = await mem0.getAll({ filters: { user_id: user }, topK: mostOfUser })
      for (const { id, memory, createdAt, updatedAt } of results)
        yield { id, text: memory, scope: user, createdAt, updatedAt }
    }
  }
}

/** What is used of `MemoryClient` of `mem0ai`. */
export interface Mem0Client {
  getAll(options: { filters: Record<string, unknown>; page: number; pageSize: number }): Promise<{
    readonly results: readonly Mem0ClientItem[]
    readonly next?: string | null
  }>
}

interface Mem0ClientItem {
  readonly id: string
  readonly memory?: string
  readonly userId?: string
  readonly createdAt?: Date | string
  readonly updatedAt?: Date | string
}

/**
 * The entries of mem0's platform, page by page.
 * @param filters which of them; by default those of all users
 */
export function mem0ClientEntries(
  client: Mem0Client,
  filters: Record<string, unknown> = { user_id: '*' },
): () => AsyncIterable<StoredEntry> {
  return async function* () {
    for (let page = 1; ; page++) {
      const { results, next } = await client.getAll({ filters, page, pageSize: 100 })
      for (const { id, memory = '', userId, createdAt, updatedAt } of results)
        yield { id, text: memory, scope: userId, createdAt, updatedAt }
      if (!next) return
    }
  }
}
