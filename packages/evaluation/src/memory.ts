import type { Entry } from './datasets/dataset.js'
import type { Found } from './measures/index.js'
import type { ReadFrom, StoredEntry } from './store/stored-entry.js'

/** Goes with each call of a memory. */
export interface MemoryCall {
  /**
   * Whose memory it is, such as a user or a tenant. What was added in one scope must not be found in another. Scopes of
   * a test begin with `mnemoscope-`.
   */
  readonly scope: string
  /** Aborted when the call has taken too long, or the test is stopped: nobody waits for the result any longer. */
  readonly signal: AbortSignal
}

/** Goes with each search. */
export interface SearchCall extends MemoryCall {
  /** How many entries are wanted; more of them are ignored. */
  readonly limit: number
}

/**
 * A memory system as tests call it: an adapter between it and its own interface. What it returns may be a promise. It
 * throws or rejects where a call fails.
 */
export interface Memory {
  /** Remembers an entry. It has ended when searches can find the entry. */
  add(entry: Entry, call: MemoryCall): unknown
  /**
   * Entries that answer a question, best first, with the ids that they were added with. Nothing, if the memory knows
   * that it has no answer.
   */
  search(question: string, call: SearchCall): Promise<Iterable<Found>> | Iterable<Found>
  /** Replaces the entry with this id. */
  update?(entry: Entry, call: MemoryCall): unknown
  /** Forgets the entry with this id. A test deletes all that it has added. */
  delete?(id: string, call: MemoryCall): unknown
  /**
   * All entries of all scopes, for `mnemoscope audit`. One that heeds `after` goes on where an error has ended the reading;
   * any other begins again.
   */
  entries?(from: ReadFrom): AsyncIterable<StoredEntry> | Iterable<StoredEntry>
  /** Called at the end of a test. */
  close?(): unknown
}
