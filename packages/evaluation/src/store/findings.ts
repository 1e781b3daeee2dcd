/** What is found in a store. Each one is also a KPI, of the same name. */
export const findingNames = [
  'exact_duplicates',
  'near_duplicates',
  'tiny_entries',
  'entries_with_secrets',
  'never_retrieved',
  'superseded_returned',
] as const

/**
 * - `exact_duplicates`: the text of an earlier entry of the same scope, but for case and spaces.
 * - `near_duplicates`: of the words and pairs of words that one of two texts has, both have at least 80 %.
 * - `tiny_entries`: less than 8 bytes of letters and digits, or none at all.
 * - `entries_with_secrets`: a password, key or token, by the rules of secretlint.
 * - `never_retrieved`: not returned by a search since it was written, at least 30 days ago.
 * - `superseded_returned`: a newer entry replaces it, and a search still returns it.
 */
export type FindingName = (typeof findingNames)[number]

/** An entry that shows a finding. */
export interface Example {
  readonly id: string
  readonly scope?: string
  /** Why it is one, in words: `the same text as m-1, which 668 entries have`. */
  readonly reason: string
  /** The beginning of its text; only where texts were asked for, and never of a secret. */
  readonly text?: string
}

export interface Finding {
  /** Entries that have it. */
  readonly count: number
  /** Entries of which it is known whether they have it. */
  readonly of: number
  readonly examples: readonly Example[]
}

/** The state of a store, from reading all its entries once. What is unknown is null. */
export interface StoreHealth {
  readonly entries: number
  /** Entries that were created in the last 24 hours; null unless all have a time of creation. */
  readonly addedPerDay: number | null
  /** Days since entries were last returned by a search, or written if they never were; null where the store does not tell. */
  readonly daysSinceLastUse: { readonly median: number; readonly p95: number } | null
  /** Null where it is not known of any entry. */
  readonly findings: Readonly<Record<FindingName, Finding | null>>
  /** Things in the source that are no entries, because they have no id or no text. */
  readonly invalid: number
  /** Entries with a time that is none, such as `yesterday`: it counts as unknown. */
  readonly invalidTimes: number
  /** Different texts that no longer fit in memory. An entry that repeats one of them was not noticed. */
  readonly forgotten: number
  /** Errors of the source that did not end the reading. */
  readonly failures: number
  /** How long it took, in seconds, and for how long of them entries were read and looked at. */
  readonly seconds: number
  readonly busySeconds: number
}
