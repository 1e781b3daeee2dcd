import type { Section } from '../sections.js'

/** Tokens of what sessions are given to read when they begin: one for each model that adaptation by size knows. */
export const dossierSizes = [1_500, 7_000, 18_000] as const

/**
 * Consecutive sections for a session to begin with: at least `tokens` of them (or all there
 * are), beginning at a place that moves on with `turn`, so that sessions read different parts of the library.
 */
export function dossier(sections: readonly Section[], tokens: number, turn: number): Section[] {
  const start = (turn * 29) % sections.length
  const order = [...sections.slice(start), ...sections.slice(0, start)]
  const taken: Section[] = []
  for (const section of order) {
    if (taken.reduce((sum, each) => sum + each.tokens, 0) >= tokens) break
    taken.push(section)
  }
  return taken
}
