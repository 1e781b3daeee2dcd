import type { Question } from '../datasets/dataset.js'
import { type Found, type NamedMeasure, rankingOf } from '../measures/index.js'

/** How well one question was answered. */
export interface Answer {
  readonly question: string
  readonly category: string
  /**
   * `scored`: it has values. `failed`: the search threw, or took too long. `unlabelled`: the dataset does not say what
   * answers it, so nothing can be measured.
   */
  readonly outcome: 'scored' | 'failed' | 'unlabelled'
  /** By measure, from 0 to 1. */
  readonly values: Readonly<Record<string, number>>
  /** How long the search took. */
  readonly seconds: number
  /** Why the search failed. */
  readonly error?: string
}

/**
 * Name of what is measured of a question that cannot be answered: 1 if nothing was found, else 0. Its mean is the share
 * of such questions for which the memory knew that it does not know.
 */
export const abstention = 'abstention'

/** Scores what was found. Questions that nothing answers are measured by abstention, and by nothing else. */
export function answerOf(
  { id, category, relevant, isAnswerable }: Question,
  found: Iterable<Found>,
  { measures, limit, seconds }: { measures: readonly NamedMeasure[]; limit: number; seconds: number },
): Answer {
  const ranked = rankingOf(found).slice(0, limit)
  const base = { question: id, category, seconds }
  if (!isAnswerable)
    return { ...base, outcome: 'scored', values: { [abstention]: ranked.length === 0 ? 1 : 0 } }
  if (![...relevant.values()].some((grade) => grade > 0))
    return { ...base, outcome: 'unlabelled', values: {} }
  const values = Object.fromEntries(measures.map(({ name, of }) => [name, of(ranked, relevant)]))
  return { ...base, outcome: 'scored', values }
}

/** What a search returned, if it has the right form. @throws Error that says what is wrong */
export function foundIn(result: unknown): Found[] {
  if (typeof result !== 'object' || result === null || !(Symbol.iterator in result)) {
    throw new Error(`the search returned ${typeOf(result)}, expected a list of { id, score }`)
  }
  const found = [...(result as Iterable<unknown>)]
  for (const each of found) {
    const { id, score } = (each ?? {}) as Partial<Found>
    if (typeof id !== 'string')
      throw new Error(`the search found something with ${typeOf(id)} as id, expected a text`)
    if (score !== undefined && !Number.isFinite(score)) {
      throw new Error(
        `the search gave ${JSON.stringify(id)} the score ${String(score)}, expected a number or none`,
      )
    }
  }
  return found as Found[]
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value
}
