import { eachLane, type Lanes, type MemorySettings } from './settings.js'

/** Operations that one evaluation sees for the first time, of all instances of a place. */
export interface NewOperations {
  readonly count: number
  /**
   * Sum of their values, in the KPI's unit. Of a ratio, how many had a counted outcome; of a quantile, how many were at or
   * beyond the threshold.
   */
  readonly sum: number
}

/**
 * How much older a memory becomes when new operations arrive, in operations: by their number, in heavy traffic by time,
 * and by the time that passed since the ones before. Without new operations nothing becomes older.
 *
 * `1 / (1 / count + r / elapsed) + elapsed / q`: the first term is `count` in thin traffic and `elapsed / r` in heavy
 * traffic, without a switch between them.
 * @param elapsed seconds since the evaluation that saw the operations before, above 0
 */
export function ageing(
  count: number,
  elapsed: number,
  { secondsAnOperation, secondsOfQuiet }: Pick<MemorySettings, 'secondsAnOperation' | 'secondsOfQuiet'>,
): number {
  if (count <= 0) return 0
  return 1 / (1 / count + secondsAnOperation / elapsed) + elapsed / secondsOfQuiet
}

/** The part of its weights that each lane keeps when its memory becomes older by `age` operations: above 0, at most 1. */
export function kept(age: number, { operations }: Pick<MemorySettings, 'operations'>): Lanes {
  return eachLane(operations, (each) => Math.exp(-age / each))
}

/**
 * How many independent operations have the same standard error as the weighted ones that a lane remembers. Kish's
 * `(sum of weights)^2 / (sum of squared weights)` (1965), from the weight alone: the squares sum to the weight while
 * nothing was forgotten, and to half of it once a lane has forgotten as much as it remembers.
 */
export function effectiveOperations(weight: number, remembered: number): number {
  return weight * (1 + Math.min(1, weight / remembered))
}
