import type { Direction } from '../kpi.js'
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

/** What people set of a judge. */
export interface JudgeOptions {
  readonly direction: Direction
  /** Operations that the value remembers in thin traffic. Default 20, of a quantile 60. */
  readonly operations?: number
  /** Seconds after its last operation at which a value is unknown. Default 4500: an operation an hour keeps it. */
  readonly expiry?: number
}

/**
 * Settings of a mean, or of a ratio: the mean of operations that are worth 1 or 0.
 * @param options.assumedDeviation in the KPI's unit; 0.15 suits F1 scores and other numbers between 0 and 1
 * @param options.hysteresis default 0.04
 * @param options.canBeNegative default true
 */
export function meanSettings(
  options: JudgeOptions &
    Pick<MeanSettings, 'assumedDeviation'> &
    Partial<Pick<MeanSettings, 'hysteresis' | 'canBeNegative'>>,
): MeanSettings {
  const { direction, assumedDeviation, hysteresis = 0.04, canBeNegative = true } = options
  return { ...memorySettings(options, tuning.mean), direction, assumedDeviation, hysteresis, canBeNegative }
}

/**
 * Settings of a quantile. It is at or beyond a threshold where more operations than it allows are at or beyond it.
 * @param options.quantile such as 0.95
 */
export function shareSettings(options: JudgeOptions & { readonly quantile: number }): ShareSettings {
  const { direction, quantile } = options
  const allowed = direction === 'lower_is_better' ? 1 - quantile : quantile
  // 1 - 0.95 is 0.050000000000000044 in binary.
  return { ...memorySettings(options, tuning.share), allowed: Number(allowed.toPrecision(12)) }
}

function memorySettings(
  { operations, expiry = 4_500 }: JudgeOptions,
  tuned: (typeof tuning)['mean' | 'share'],
): MemorySettings {
  const { lanes, secondsAnOperation, secondsOfQuiet } = tuned
  const remembered = operations ?? tuned.operations
  return {
    operations: eachLane(lanes, (part) => Number((remembered * part).toPrecision(6))),
    secondsAnOperation,
    secondsOfQuiet,
    expiry,
  }
}

/** The same for each lane. */
export function eachLane<T, U>(lanes: Lanes<T>, of: (lane: T, index: 0 | 1 | 2) => U): Lanes<U> {
  return [of(lanes[0], 0), of(lanes[1], 1), of(lanes[2], 2)]
}
