/** What is known at an evaluation of a counter of one instance; undefined where there is none. */
export interface CounterReading {
  /** Its newest sample within `counterReach`, also where it has just ended. */
  readonly now: number | undefined
  /** What the last evaluation saw of it. */
  readonly before: number | undefined
  /** Its highest sample since then: what an old process had counted when it ended. */
  readonly highest: number | undefined
}

/** What is known of the process of an instance at an evaluation. */
export interface ProcessReading {
  /** It began after the last evaluation saw it. */
  readonly hasRestarted: boolean
  /** The last evaluation saw the instance, or its process is younger than `counterReach`. */
  readonly isKnown: boolean
}

/** How far back rules look for the newest sample, in seconds. */
export const counterReach = 600

/**
 * How a counter's operations are counted at an evaluation, decided by its number of operations; its sum and its buckets
 * follow. `again`: the process began anew, so all that it counted is new, and with `tailed` what the old one did after it
 * was seen. `born`: a new series of an instance that was there, or of a young process. `old`: a counter that is met for
 * the first time; its operations are from before.
 */
export type Growth = 'none' | 'grown' | 'again' | 'tailed' | 'born' | 'old'

/** Decides how the operations of a counter are counted. */
export function growthOf({ now, before, highest }: CounterReading, process: ProcessReading): Growth {
  if (now === undefined) return 'none'
  if (before === undefined) return process.isKnown ? 'born' : 'old'
  // A new process may not have measured anything yet: then the old one's counter is still the newest.
  const beganAnew = now < before || (process.hasRestarted && now !== before)
  if (!beganAnew) return 'grown'
  return highest !== undefined && now < highest ? 'tailed' : 'again'
}

/** By how much a counter grew since the last evaluation. */
export function countNew({ now = 0, before = 0, highest = now }: CounterReading, growth: Growth): number {
  switch (growth) {
    case 'grown':
      return now - before
    case 'tailed':
      return now + highest - before
    case 'again':
    case 'born':
      return now
    default:
      return 0
  }
}
