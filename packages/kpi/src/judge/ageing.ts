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

/**
 * The part of its weight that each lane keeps when new operations arrive, above 0 and at most 1.
 *
 * At a steady pace a lane's weight settles where as much comes as is forgotten, in heavy traffic far above the operations
 * that it remembers in thin traffic. What a lane weighs beyond that of the new pace is left from heavier traffic, and is
 * forgotten by time as it would have been there. Otherwise a few operations of thin traffic would not count for an hour.
 * @param count new operations, above 0
 * @param elapsed seconds since the evaluation that saw the operations before, above 0
 * @param weights what each lane weighs before
 */
export function kept(
  count: number,
  elapsed: number,
  weights: Lanes,
  settings: Pick<MemorySettings, 'operations' | 'secondsAnOperation' | 'secondsOfQuiet'>,
): Lanes {
  const age = ageing(count, elapsed, settings)
  const heaviest = elapsed * heaviestAgeing(settings)
  return eachLane(settings.operations, (each, i) => {
    const usual = Math.exp(-age / each)
    const least = Math.exp(-heaviest / each)
    return least + (usual - least) * Math.min(1, count / ((1 - usual) * weights[i]))
  })
}

/** How much older a memory becomes in each second of the heaviest traffic: what `ageing` tends to. */
export function heaviestAgeing({
  secondsAnOperation,
  secondsOfQuiet,
}: Pick<MemorySettings, 'secondsAnOperation' | 'secondsOfQuiet'>): number {
  return 1 / secondsAnOperation + 1 / secondsOfQuiet
}

/**
 * How many independent operations have the same standard error as the weighted ones that a lane remembers. Kish's
 * `(sum of weights)^2 / (sum of squared weights)` (1965), from the weight alone: the squares sum to the weight while
 * nothing was forgotten, and to half of it once a lane has forgotten as much as it remembers.
 */
export function effectiveOperations(weight: number, remembered: number): number {
  return weight * (1 + Math.min(1, weight / remembered))
}
