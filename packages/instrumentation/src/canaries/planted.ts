import type { Found, Memory } from '@mnemoscope/evaluation'
import { inTime } from '../guards/in-time.js'
import { sleep } from '../guards/timers.js'
import { isLeftBehind, planted, scopes } from './canary-id.js'
import { anyCanary } from './fact.js'

export type Scope = keyof typeof scopes

/** How many entries a search asks for, and one that looks for what was left behind. */
const limits = { search: 10, leftBehind: 1_000 } as const

/** Pauses between searches that wait for a change, in milliseconds: the first, and the longest. */
const pauses = { first: 20, longest: 1_000 } as const

/** The result of searches that waited for a change. */
export interface Sought {
  /** Whether the change was seen in time. */
  readonly isSeen: boolean
  /** What the last search found. */
  readonly found: readonly Found[]
}

/** Calls of a memory within a timeout, which keep account of what is planted in it. */
export class Planted {
  readonly #memory: Memory
  readonly #times: { readonly timeout: number; readonly settle: number }
  readonly #stopped: AbortSignal
  /** Scopes of what is in the memory, by id. */
  readonly #left = new Map<string, Scope>()

  /** @param times in milliseconds */
  constructor(memory: Memory, times: { timeout: number; settle: number }, stopped: AbortSignal) {
    this.#memory = memory
    this.#times = times
    this.#stopped = stopped
  }

  /** Canaries that are in the memory, or may be. */
  get left(): number {
    return this.#left.size
  }

  async add(id: string, text: string, scope: Scope = 'own'): Promise<void> {
    // Before the call: one that fails may have written it.
    planted.add(id)
    this.#left.set(id, scope)
    await this.#call((signal) => this.#memory.add({ id, text }, { scope: scopes[scope], signal }))
  }

  async update(id: string, text: string): Promise<void> {
    await this.#call((signal) => this.#memory.update?.({ id, text }, { scope: scopes.own, signal }))
  }

  async delete(id: string, stopped = this.#stopped): Promise<void> {
    const scope = scopes[this.#left.get(id) ?? 'own']
    await this.#call((signal) => this.#memory.delete?.(id, { scope, signal }), stopped)
    this.#left.delete(id)
    planted.delete(id)
  }

  async search(question: string, scope: Scope = 'own', limit: number = limits.search): Promise<Found[]> {
    const found = await this.#call((signal) =>
      this.#memory.search(question, { scope: scopes[scope], limit, signal }),
    )
    return [...found]
  }

  /** Searches until what was found is as wanted, but no longer than a change may take. */
  async seek(
    question: string,
    isWanted: (found: readonly Found[]) => boolean,
    scope?: Scope,
  ): Promise<Sought> {
    const end = performance.now() + this.#times.settle
    for (let pause: number = pauses.first; ; pause = Math.min(2 * pause, pauses.longest)) {
      const found = await this.search(question, scope)
      if (isWanted(found)) return { isSeen: true, found }
      if (performance.now() + pause > end) return { isSeen: false, found }
      await sleep(pause, this.#stopped)
    }
  }

  /** Deletes all that is planted, also after a stop. What fails stays on the account, for the next time. */
  async deleteAll(): Promise<void> {
    const stopped = new AbortController().signal
    for (const id of this.#left.keys()) {
      try {
        await this.delete(id, stopped)
      } catch {
        // `left` says it.
      }
    }
  }

  /** Deletes the canaries that nobody deletes any more, as long as searches find some. */
  async deleteLeftBehind(): Promise<void> {
    for (const scope of Object.keys(scopes) as Scope[]) {
      // A memory that does not forget finds them again.
      const seen = new Set<string>()
      for (let known = -1; known < seen.size; ) {
        known = seen.size
        for (const { id } of await this.search(anyCanary, scope, limits.leftBehind)) {
          if (seen.has(id) || !isLeftBehind(id)) continue
          seen.add(id)
          this.#left.set(id, scope)
          await this.delete(id)
        }
      }
    }
  }

  #call<Result>(
    run: (signal: AbortSignal) => Promise<Result> | Result,
    stopped = this.#stopped,
  ): Promise<Result> {
    return inTime(run, this.#times.timeout, stopped)
  }
}
