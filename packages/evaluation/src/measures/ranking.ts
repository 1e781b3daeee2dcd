/** One thing that a search found. */
export interface Found {
  readonly id: string
  /** How well it fits: more is better. Give it of all that was found or of none. */
  readonly score?: number | undefined
  /** What it says. Measures need none; canaries of the ability `update` look for what is superseded. */
  readonly text?: string | undefined
}

/**
 * The ids of what was found, best first, each once. Where all have a score it decides, and equal scores are ordered as
 * trec_eval orders them: compared as 32-bit numbers, the larger id first. So the order in which a store gives ties
 * changes no measure. Elsewhere the given order is kept.
 */
export function rankingOf(found: Iterable<Found>): string[] {
  const all = [...found]
  const ranked = all.every(({ score }) => score !== undefined) ? all.sort(byScore) : all
  return [...new Set(ranked.map(({ id }) => id))]
}

function byScore(a: Found, b: Found): number {
  return Math.fround(b.score as number) - Math.fround(a.score as number) || byBytes(b.id, a.id)
}

/** Order of the UTF-8 bytes, as C's strcmp has it. */
function byBytes(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b))
}
