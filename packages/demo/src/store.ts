import { setMaxListeners } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import MiniSearch from 'minisearch'
import type { Section } from './corpus.js'
import { indexTerm } from './text.js'

/** A section that matched a query; scores compare only within one answer. */
export interface Hit {
  readonly section: Section
  readonly score: number
}

/** Where the memory keeps its sections and finds them again. */
export interface Store {
  /** Sections that can be found at present. */
  readonly size: number
  /** Every section that matches any word of the query, best first (BM25+, as MiniSearch computes it). */
  search(query: string): Promise<Hit[]>
  /** Takes the sections for which the predicate holds out of the index. */
  drop(predicate: (section: Section, position: number) => boolean): void
  /** Puts back every section that was dropped. */
  restore(): void
  /** Makes each search wait this long first; undefined ends the waiting, also of searches under way. */
  setDelay(seconds: number | undefined): void
}

/** Indexes the sections. Takes about 50 ms for the bundled corpus. */
export function createStore(sections: readonly Section[]): Store {
  const index = new MiniSearch<Section>({
    fields: ['heading', 'text', 'documentTitle'],
    processTerm: indexTerm,
    // No prefix or fuzzy matching: stems already meet, and near-misses cost precision in prose this dense. Sections are
    // short and differ in length, so repetition saturates later (k) and length weighs more (b) than by default.
    searchOptions: { bm25: { k: 2, b: 0.8, d: 0.5 } },
  })
  index.addAll(sections)
  const byId = new Map(sections.map((section) => [section.id, section]))
  const dropped = new Set<Section>()
  let delay: { readonly seconds: number; readonly over: AbortController } | undefined

  return {
    get size() {
      return sections.length - dropped.size
    },
    async search(query) {
      if (delay) await pause(delay.seconds, delay.over.signal)
      return index.search(query).flatMap(({ id, score }) => {
        const section = byId.get(String(id))
        return section ? [{ section, score }] : []
      })
    },
    drop(predicate) {
      for (const [position, section] of sections.entries()) {
        if (dropped.has(section) || !predicate(section, position)) continue
        index.remove(section)
        dropped.add(section)
      }
    },
    restore() {
      index.addAll([...dropped])
      dropped.clear()
    },
    setDelay(seconds) {
      delay?.over.abort()
      delay = undefined
      if (seconds === undefined) return
      const over = new AbortController()
      // Every search under way listens; that many are no leak.
      setMaxListeners(0, over.signal)
      delay = { seconds, over }
    },
  }
}

/** Waits, or less if the signal says so: an aborted wait is an early end here, not an error. */
async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(seconds * 1000, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
