import type { LabelSet } from '../metric/label-set.js'
import type { Accumulator } from './accumulator.js'

/**
 * Told of every measurement that is not calm: outside the values that need nothing but counting. It decides whether
 * the value is refused, counted or forwarded, and who hears of it. Never throws.
 */
export type Unusual = (accumulator: Accumulator, value: unknown) => void

/** What every accumulator knows of its series. */
export interface Series {
  readonly labels: LabelSet
  /** Milliseconds since the epoch when the series came to be; its counts are since then. */
  readonly born: number
  readonly unusual: Unusual
  /**
   * The accumulator that counts for this series now, brought back if need be: after an eviction another handle may have
   * taken the place. Left out of series that always are.
   */
  readonly inUse?: () => Accumulator
}
