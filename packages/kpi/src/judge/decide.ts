import type { Direction } from '../kpi.js'

/** Sums of decimals are off in their last digits: a value this close to a threshold, relative to it, is at it. */
export const relativeTolerance = 1e-9

/** A threshold as it is compared: moved by the tolerance to the good side, so that a value at it is beyond it. */
export function comparedThreshold(threshold: number, direction: Direction): number {
  const tolerance = Math.abs(threshold) * relativeTolerance
  return direction === 'higher_is_better' ? threshold + tolerance : threshold - tolerance
}

/**
 * Whether a place is in breach of a threshold. A breach begins where everything between `low` and `high` is at or beyond
 * the threshold, and ends where everything is better. In between it goes on, and none begins.
 * @param firing whether it was in breach at the evaluation before
 */
export function isInBreach(
  { low, high }: { readonly low: number; readonly high: number },
  threshold: number,
  direction: Direction,
  firing: boolean,
): boolean {
  const limit = comparedThreshold(threshold, direction)
  return direction === 'higher_is_better'
    ? high <= limit || (firing && low <= limit)
    : low >= limit || (firing && high >= limit)
}
