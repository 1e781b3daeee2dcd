import type { Section } from './corpus.js'
import type { Hit } from './store.js'

/** How many of the matches are worth reading. */
export interface CutOff {
  /** A match must score at least this share of the best match. Default 0.8. */
  readonly shareOfBest: number
  /** And there are never more than this many. Default 3. */
  readonly most: number
}

export const defaultCutOff: CutOff = { shareOfBest: 0.8, most: 3 }

/**
 * The passages to read, best first, of the hits of a search (best first too). A cut-off relative to the best match
 * lets a question with one clear answer bring one passage, and a question answered in two places bring both.
 */
export function cutOff(hits: readonly Hit[], { shareOfBest, most }: CutOff = defaultCutOff): Section[] {
  const best = hits[0]?.score ?? 0
  return hits
    .slice(0, most)
    .filter((hit) => hit.score >= best * shareOfBest)
    .map((hit) => hit.section)
}
