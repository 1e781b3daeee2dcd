import type { Entry, Found, Memory, MemoryCall, SearchCall } from '@mnemoscope/evaluation'

export type MemoryFault =
  | 'forgetful'
  | 'stale'
  | 'confident'
  | 'lasting'
  | 'resurrecting'
  | 'leaking'
  | 'down'
  | 'slow'

/** A memory that finds entries by the names in a question, and has a fault. */
export class FaultyMemory implements Memory {
  fault: MemoryFault | undefined
  readonly #scopes = new Map<string, Map<string, string>>()
  #deleted: [id: string, text: string][] = []

  /** Ids of all that it holds, also of what it only pretends to have forgotten. */
  get ids(): string[] {
    return [...this.#scopes.values()].flatMap((entries) => [...entries.keys()])
  }

  #in(scope: string): Map<string, string> {
    const entries = this.#scopes.get(scope) ?? new Map<string, string>()
    this.#scopes.set(scope, entries)
    return entries
  }

  async add({ id, text }: Entry, { scope }: MemoryCall): Promise<void> {
    if (this.fault === 'down') throw new Error('the store is down')
    const write = () => this.#in(scope).set(id, text)
    if (this.fault === 'slow') setTimeout(write, 30)
    else if (this.fault !== 'forgetful') write()
  }

  async update({ id, text }: Entry, { scope }: MemoryCall): Promise<void> {
    if (this.fault !== 'stale') this.#in(scope).set(id, text)
  }

  async delete(id: string, { scope }: MemoryCall): Promise<void> {
    const entries = this.#in(scope)
    const text = entries.get(id)
    if (text === undefined || this.fault === 'lasting') return
    entries.delete(id)
    this.#deleted.push([id, text])
  }

  async search(question: string, { scope, limit }: SearchCall): Promise<Found[]> {
    if (this.fault === 'down') throw new Error('the store is down')
    const all =
      this.fault === 'leaking'
        ? [...this.#scopes.values()].flatMap((each) => [...each])
        : [...this.#in(scope)]
    // Only from the next search on: for a moment all looks well.
    const back = this.fault === 'resurrecting' && this.#deleted.length > 4 ? this.#deleted : []
    const names = question.match(/\b[A-Z]\w{6,}/g) ?? ['canary']
    const isConfident = this.fault === 'confident'
    return [...all, ...back]
      .filter(([, text]) => isConfident || names.some((name) => text.includes(name)))
      .slice(0, limit)
      .map(([id, text]) => ({ id, text }))
  }
}
