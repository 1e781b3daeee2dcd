import type { EntrySource, ReadStoreOptions, StoreHealth } from '@mnemoscope/evaluation'
import type { HandleLabels } from '../record/handle-types.js'

/** A store whose entries are read on a schedule, to say what is wrong with them. */
export interface StoreOptions
  extends Pick<
    ReadStoreOptions,
    'share' | 'secrets' | 'search' | 'examples' | 'texts' | 'mostTexts' | 'retryMilliseconds'
  > {
  /** Model and context size of the memory. The operation is `audit`, unless it is given: each store needs its own. */
  readonly labels: HandleLabels
  /** The entries. A function that heeds `after` goes on where an error has ended a reading. */
  readonly entries: EntrySource
  /** Time from the start of one reading to the start of the next, as a Prometheus duration: `'24h'`. The first starts at once. */
  readonly every: string
  /** Called after each reading that came to its end. If it throws or rejects, that is only warned about. */
  readonly onReading?: (health: StoreHealth) => void
}

/** A store that is read. */
export interface WatchedStore {
  /** Reads it now, or waits for the present reading. Never rejects. @returns undefined if it could not be read */
  read(): Promise<StoreHealth | undefined>
  stop(): void
}
