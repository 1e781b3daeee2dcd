import type { Shownings } from './shown.js'
import type { Views } from './views.js'

/** A kind of number, the one SQL query for it, and where each view shows it. */
export interface Figure {
  readonly name: string
  /** Rows of `key` and `value`. */
  readonly sql: string
  readonly views: Readonly<Partial<Record<ViewName, (views: Views) => Promise<Shownings> | Shownings>>>
  /** Views show only the numbers that matter, by a rule of their own: what they show must be right. */
  readonly isPart?: true
}

export type ViewName = 'page' | 'report' | 'text' | 'dashboards'

/** Where views and SQL disagree, one line each; an empty list is agreement. */
export function disagreements(
  shown: Shownings,
  known: ReadonlyMap<string, number>,
  isPart = false,
): string[] {
  const missing = isPart ? [] : [...known.keys()].filter((key) => !shown.has(key))
  return [
    ...(shown.size === 0 && known.size > 0 ? ['nothing is shown'] : []),
    ...missing.map((key) => `${key}: ${known.get(key)} is not shown`),
    ...[...shown].flatMap(([key, { value, within }]) => {
      const exact = known.get(key)
      if (exact === undefined) return [`${key}: ${value} is shown, and nothing is known of it`]
      return Math.abs(value - exact) <= within ? [] : [`${key}: ${value} is shown, ${exact} is known`]
    }),
  ]
}
