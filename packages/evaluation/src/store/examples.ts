import type { Example } from './findings.js'
import type { StoredEntry } from './stored-entry.js'

/** Characters of an id and of a text that are shown. */
const longest = { id: 128, text: 200 } as const

export interface ExampleOptions {
  /** How many are kept of each finding. */
  readonly most: number
  /** Whether they have the beginnings of texts. */
  readonly texts: boolean
}

/** The first examples of a finding. */
export class Examples {
  readonly #options: ExampleOptions
  readonly #kept: Example[] = []

  constructor(options: ExampleOptions) {
    this.#options = options
  }

  add(entry: StoredEntry, reason: string): void {
    if (this.#kept.length < this.#options.most) this.#kept.push(exampleOf(entry, reason, this.#options.texts))
  }

  list(): readonly Example[] {
    return this.#kept
  }
}

/** The texts that were repeated most often, each with the last entry that repeats it. */
export class MostRepeated {
  readonly #options: ExampleOptions
  readonly #kept = new Map<number, { times: number; example: Example }>()

  constructor(options: ExampleOptions) {
    this.#options = options
  }

  add(
    entry: StoredEntry,
    { text, times, of }: { text: number; times: number; of: string },
    what: string,
  ): void {
    const { most, texts } = this.#options
    if (!this.#kept.has(text) && this.#kept.size >= most) {
      const rarest = [...this.#kept].sort(([, a], [, b]) => a.times - b.times)[0]
      if (rarest === undefined || rarest[1].times >= times) return
      this.#kept.delete(rarest[0])
    }
    const others = times > 1 ? `, as ${(times - 1).toLocaleString('en-US')} other${times > 2 ? 's' : ''}` : ''
    const reason = `${what} ${of.slice(0, longest.id)}${others}`
    this.#kept.set(text, { times, example: exampleOf(entry, reason, texts) })
  }

  list(): readonly Example[] {
    return [...this.#kept.values()].sort((a, b) => b.times - a.times).map(({ example }) => example)
  }
}

function exampleOf({ id, scope, text }: StoredEntry, reason: string, hasText: boolean): Example {
  return {
    id: id.slice(0, longest.id),
    ...(scope !== undefined && { scope: scope.slice(0, longest.id) }),
    reason,
    ...(hasText && { text: text.slice(0, longest.text) }),
  }
}
