import { callInTime } from '../evaluate/call-in-time.js'
import type { Memory } from '../memory.js'
import type { StoreReading } from './store-reading.js'
import { isSuperseded, type StoredEntry, timeOf } from './stored-entry.js'

/** Superseded entries that are asked for. */
const mostAsked = 100

/** Results of a search that count as returned. */
const limit = 10

const timeoutMilliseconds = 30_000

/** Finds superseded entries that are still returned: by searches for a random part of them, else by what the store tells. */
export class SupersededCheck {
  readonly #search: Memory['search'] | undefined
  readonly #asked: StoredEntry[] = []
  #superseded = 0

  constructor(search: Memory['search'] | undefined) {
    this.#search = search
  }

  add(entry: StoredEntry, reading: StoreReading): void {
    if (!isSuperseded(entry)) return
    this.#superseded++
    if (this.#search !== undefined) this.#sample(entry)
    else {
      const [used, since] = [timeOf(entry.lastUsedAt), timeOf(entry.supersededAt)]
      if (since === undefined || (used === undefined && entry.lastUsedAt !== null)) return
      const isReturned = used !== undefined && used > since
      reading.judge(
        'superseded_returned',
        entry,
        isReturned ? reasonOf(entry, 'it was returned since') : undefined,
      )
    }
  }

  /**
   * Asks for them, one after the other.
   * @returns errors of searches; such an entry is not judged
   */
  async *ask(reading: StoreReading, signal: AbortSignal): AsyncGenerator<unknown> {
    for (const entry of this.#asked) {
      try {
        const found = await callInTime(
          (stopped) => this.#search?.(entry.text, { scope: entry.scope ?? '', limit, signal: stopped }) ?? [],
          timeoutMilliseconds,
          signal,
        )
        const isReturned = [...found].slice(0, limit).some(({ id }) => id === entry.id)
        reading.judge(
          'superseded_returned',
          entry,
          isReturned ? reasonOf(entry, 'a search returns it') : undefined,
        )
        yield undefined
      } catch (error) {
        signal.throwIfAborted()
        yield error
      }
    }
  }

  /** Each superseded entry is among those that are asked for with the same probability: Vitter's algorithm R, 1985. */
  #sample(entry: StoredEntry): void {
    if (this.#asked.length < mostAsked) this.#asked.push(entry)
    else {
      const place = Math.floor(Math.random() * this.#superseded)
      if (place < mostAsked) this.#asked[place] = entry
    }
  }
}

function reasonOf({ supersededBy }: StoredEntry, what: string): string {
  return `superseded${supersededBy ? ` by ${supersededBy.slice(0, 128)}` : ''}, and ${what}`
}
