import type { Shown } from '../dashboards/agreement/shown.js'
import { exactly, type Range } from './truth.js'

/** A number as a surface shows it: null where it says that it is unknown. */
export interface Showing {
  /** What it is of: the same key as in what is known. */
  readonly of: string
  readonly value: number | Shown | null
  /** What the surface says that it is of; undefined where it does not say. */
  readonly meaning: string | undefined
}

/** What is known of a number; null where it must be unknown. */
export type Known = ReadonlyMap<string, number | Range | null>

/** What became of the numbers of one surface. */
export interface Page {
  readonly surface: string
  numbers: number
  /** Where the surface differs from what is known, one line each. */
  readonly wrong: string[]
  /** Numbers of which the surface does not say what they are of. */
  readonly unnamed: string[]
}

/** Keeps account of all comparisons. */
export interface Book {
  readonly pages: ReadonlyMap<string, Page>
  /**
   * Compares numbers of a surface with what is known by plain code from the raw values.
   * @param isPart the surface shows only some of what is known
   */
  compare(surface: string, shown: readonly Showing[], known: Known, isPart?: 'isPart'): void
}

export function openBook(): Book {
  const pages = new Map<string, Page>()
  return {
    pages,
    compare(surface, shown, known, isPart) {
      const page = pages.get(surface) ?? { surface, numbers: 0, wrong: [], unnamed: [] }
      pages.set(surface, page)
      const seen = new Set<string>()
      for (const { of, value, meaning } of shown) {
        if (seen.has(of)) page.wrong.push(`${of} is shown twice`)
        seen.add(of)
        if (value !== null) page.numbers += 1
        if (!meaning?.trim()) page.unnamed.push(of)
        const problem = differs(value, known.get(of))
        if (problem !== undefined) page.wrong.push(`${of}: ${problem}`)
      }
      if (shown.length === 0 && known.size > 0) page.wrong.push('nothing is shown')
      if (isPart === undefined)
        for (const [of, value] of known)
          if (!seen.has(of) && value !== null) page.wrong.push(`${of}: ${rangeText(value)} is not shown`)
    },
  }
}

/** By how much a number differs from what is known; undefined where it does not. */
function differs(shown: number | Shown | null, known: number | Range | null | undefined): string | undefined {
  if (known === undefined)
    return `${shown === null ? 'unknown' : numberOf(shown)} is shown, and nothing is known of it`
  if (shown === null) return known === null ? undefined : `unknown is shown, true is ${rangeText(known)}`
  if (known === null) return `${numberOf(shown)} is shown, and it is not known`
  const { low, high } = typeof known === 'number' ? exactly(known) : known
  const [value, within] = typeof shown === 'number' ? [shown, 0] : [shown.value, shown.within]
  return value + within >= low && value - within <= high
    ? undefined
    : `${value} is shown, true is ${rangeText(known)}`
}

function numberOf(shown: number | Shown): number {
  return typeof shown === 'number' ? shown : shown.value
}

function rangeText(known: number | Range): string {
  return typeof known === 'number' ? String(known) : `${known.low} to ${known.high}`
}
