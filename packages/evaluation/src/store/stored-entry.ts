/** A point in time as stores give it: a date, ISO 8601, or milliseconds since the epoch. */
export type EntryTime = Date | string | number

/** An entry as it is in a store. What the store does not know is left out: it is unknown, never false or 0. */
export interface StoredEntry {
  readonly id: string
  readonly text: string
  /** The user or tenant whose entry it is. Entries of different scopes are never duplicates of each other. */
  readonly scope?: string | undefined
  readonly createdAt?: EntryTime | null | undefined
  readonly updatedAt?: EntryTime | null | undefined
  /** When a search last returned it. Null: never. */
  readonly lastUsedAt?: EntryTime | null | undefined
  /** How often searches have returned it. */
  readonly retrievals?: number | null | undefined
  /** Whether a newer entry says otherwise, so that no search should return it any more. */
  readonly superseded?: boolean | null | undefined
  /** Id of the entry that replaces it; with it, the entry is superseded. */
  readonly supersededBy?: string | null | undefined
  /** Since when it is superseded; with it, the entry is superseded. */
  readonly supersededAt?: EntryTime | null | undefined
}

/** From where a store is read. */
export interface ReadFrom {
  /** Id of the last entry that was read; undefined at the beginning. */
  readonly after: string | undefined
  /** Aborted when nobody reads any longer. */
  readonly signal: AbortSignal
}

/**
 * The entries of a store: an iterable that can be read again, or a function that begins to read. A function that heeds
 * `after` goes on where an error has ended the reading; with any other, the reading begins again.
 */
export type EntrySource =
  | AsyncIterable<StoredEntry>
  | Iterable<StoredEntry>
  | ((from: ReadFrom) => AsyncIterable<StoredEntry> | Iterable<StoredEntry>)

/** Milliseconds since the epoch; undefined where it is no time. */
export function timeOf(time: EntryTime | null | undefined): number | undefined {
  if (time === null || time === undefined) return undefined
  const milliseconds =
    typeof time === 'string' ? Date.parse(time) : typeof time === 'number' ? time : time.getTime()
  return Number.isFinite(milliseconds) ? milliseconds : undefined
}

/** Whether an entry has a time that is none. */
export function hasInvalidTime({ createdAt, updatedAt, lastUsedAt, supersededAt }: StoredEntry): boolean {
  const given = [createdAt, updatedAt, lastUsedAt, supersededAt]
  return given.some((time) => time !== null && time !== undefined && timeOf(time) === undefined)
}

/** When the text was written: the last change, or the creation. */
export function writtenAt({ createdAt, updatedAt }: StoredEntry): number | undefined {
  return timeOf(updatedAt) ?? timeOf(createdAt)
}

export function isSuperseded({ superseded, supersededBy, supersededAt }: StoredEntry): boolean {
  return superseded === true || (supersededBy ?? '') !== '' || timeOf(supersededAt) !== undefined
}
