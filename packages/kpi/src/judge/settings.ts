import { durationSeconds } from '../duration.js'
import type { Direction, Kpi } from '../kpi.js'
import { isQuantile, quantileOf } from '../thresholds.js'
import { tuning } from './tuning.js'

/** Three lanes of one memory: a number for each, from the one that forgets fastest to the one that forgets slowest. */
export type Lanes<T = number> = readonly [fast: T, middle: T, slow: T]

/** How a place remembers its operations. */
export interface MemorySettings {
  /** Operations that each lane remembers in thin traffic. */
  readonly operations: Lanes
  /** Heavy traffic is forgotten by time: at most one operation's worth in so many seconds. */
  readonly secondsAnOperation: number
  /** Time between operations makes them forgotten as well: one operation's worth in so many seconds. */
  readonly secondsOfQuiet: number
  /** Seconds after its last operation at which everything is forgotten and the value is unknown. */
  readonly expiry: number
}

/** How sure a mean or a ratio must be beyond a threshold. */
export interface MeanSettings extends MemorySettings {
  readonly direction: Direction
  /** Standard deviation of single operations to assume before they have shown theirs, in the KPI's unit. */
  readonly assumedDeviation: number
  /** Share of the threshold by which middle and slow lane must be better for a breach to end. */
  readonly hysteresis: number
  /** Whether values may be below 0: what is better by a share is then a smaller distance from 0, not a larger one. */
  readonly canBeNegative: boolean
}

/** How sure the share of operations beyond a threshold must be more than a quantile allows. */
export interface ShareSettings extends MemorySettings {
  /** Share that may lie beyond: 0.05 for a p95 where lower is better. */
  readonly allowed: number
}

/**
 * How a KPI whose statistic is a mean or a ratio is judged: a ratio is the mean of operations that are worth 1 or 0.
 * @param kpi as it is at the place, its overrides applied
 */
export function meanSettings(
  kpi: Pick<Kpi, 'direction' | 'operations' | 'expiry' | 'assumedDeviation' | 'hysteresis' | 'range'>,
): MeanSettings {
  const { direction, assumedDeviation, hysteresis, range } = kpi
  const memory = memorySettings(kpi, tuning.mean)
  return { ...memory, direction, assumedDeviation, hysteresis, canBeNegative: range.min < 0 }
}

/**
 * How a KPI whose statistic is a quantile is judged: the quantile is at or beyond a threshold where more operations than it
 * allows are.
 * @param kpi as it is at the place, its overrides applied
 * @throws Error if its statistic is no quantile
 */
export function shareSettings({
  direction,
  statistic,
  ...kpi
}: Pick<Kpi, 'direction' | 'operations' | 'expiry' | 'statistic'>): ShareSettings {
  if (!isQuantile(statistic)) throw new Error(`${statistic} is no quantile`)
  const quantile = quantileOf(statistic)
  const allowed = direction === 'lower_is_better' ? 1 - quantile : quantile
  // 1 - 0.95 is 0.050000000000000044 in binary.
  return { ...memorySettings(kpi, tuning.share), allowed: Number(allowed.toPrecision(12)) }
}

function memorySettings(
  { operations, expiry }: Pick<Kpi, 'operations' | 'expiry'>,
  { lanes, secondsAnOperation, secondsOfQuiet }: (typeof tuning)['mean' | 'share'],
): MemorySettings {
  return {
    operations: eachLane(lanes, (part) => Number((operations * part).toPrecision(6))),
    secondsAnOperation,
    secondsOfQuiet,
    expiry: durationSeconds(expiry),
  }
}

/** The same for each lane. */
export function eachLane<T, U>(lanes: Lanes<T>, of: (lane: T, index: 0 | 1 | 2) => U): Lanes<U> {
  return [of(lanes[0], 0), of(lanes[1], 1), of(lanes[2], 2)]
}
