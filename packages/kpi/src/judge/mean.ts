import { effectiveOperations, kept, type NewOperations } from './ageing.js'
import { eachLane, type Lanes, type MeanSettings } from './settings.js'
import { tuning } from './tuning.js'

const { provenBy, overBy, coldOperations, coldBy, assumedEvaluations, mostVariances } = tuning.mean

/** What a place remembers between evaluations of a mean or a ratio. New operations change it, and nothing else does. */
export interface MeanMemory {
  /** Each operation weighs 1 when it is new, and less with every one after it. */
  readonly lanes: Lanes<{ readonly weight: number; readonly sum: number }>
  /** How many operations were seen since the memory began; none is forgotten. */
  readonly operations: number
  /** Squared distances of evaluations from the fast mean before them, and the number of these evaluations. */
  readonly distances: number
  readonly evaluations: number
  /** Unix seconds of the last evaluation that saw an operation. */
  readonly lastOperation: number
}

/**
 * What is known of a mean. It comes from the operations and does not depend on a threshold, so every level and every
 * override compares the same two numbers.
 */
export interface JudgedMean {
  /** Mean of the middle lane: the value that people see. */
  readonly value: number
  /** The least and the most that the mean may be, in the KPI's unit. */
  readonly low: number
  readonly high: number
  /** Standard deviation of single operations, in the KPI's unit. */
  readonly deviation: number
}

/**
 * The memory after an evaluation. Without new operations it is the same object.
 * @param before undefined before the first operation
 * @param at Unix seconds of the evaluation
 * @returns undefined where nothing is remembered: before the first operation, and once the value has expired
 */
export function rememberMean(
  before: MeanMemory | undefined,
  { count, sum }: NewOperations,
  at: number,
  settings: MeanSettings,
): MeanMemory | undefined {
  const memory = before !== undefined && at - before.lastOperation <= settings.expiry ? before : undefined
  if (count <= 0) return memory
  if (memory === undefined) {
    const lane = { weight: count, sum }
    return { lanes: [lane, lane, lane], operations: count, distances: 0, evaluations: 0, lastOperation: at }
  }
  const weights = eachLane(memory.lanes, ({ weight }) => weight)
  const keeps = kept(count, at - memory.lastOperation, weights, settings)
  const [fast] = memory.lanes
  const distance = count * (sum / count - fast.sum / fast.weight) ** 2
  const most = mostVariances * varianceOf(memory, settings)
  return {
    lanes: eachLane(memory.lanes, (lane, i) => ({
      weight: keeps[i] * lane.weight + count,
      sum: keeps[i] * lane.sum + sum,
    })),
    operations: memory.operations + count,
    distances: keeps[2] * memory.distances + Math.min(distance, most),
    evaluations: keeps[2] * memory.evaluations + 1,
    lastOperation: at,
  }
}

/**
 * What a memory says of its mean. Middle and slow lane count together, unless a faster lane contradicts them by more than
 * its own standard errors: then the faster lane limits them.
 */
export function judgeMean(memory: MeanMemory, settings: MeanSettings): JudgedMean {
  // Where lower is better everything is mirrored.
  const sign = settings.direction === 'higher_is_better' ? 1 : -1
  const deviation = Math.sqrt(varianceOf(memory, settings))
  const [fast, middle, slow] = eachLane(memory.lanes, ({ weight, sum }, i) => ({
    mean: (sign * sum) / weight,
    error: deviation / Math.sqrt(effectiveOperations(weight, settings.operations[i])),
  }))
  const cold = coldBy * Math.max(0, 1 - memory.operations / coldOperations) * slow.error
  const most = Math.min(Math.max(slow.mean + cold, middle.mean), middle.mean + provenBy.middle * middle.error)
  const both = Math.min(slow.mean - cold, middle.mean)
  const least = Math.max(sign * eased(sign * both, settings), middle.mean - overBy.middle * middle.error)
  // The fast mean is always between both: an alert neither begins nor ends against what has happened last.
  const lowest = Math.min(Math.max(least, fast.mean - overBy.fast * fast.error), fast.mean)
  const highest = Math.max(Math.min(most, fast.mean + provenBy.fast * fast.error), fast.mean)
  const [low, high] = sign > 0 ? [lowest, highest] : [-highest, -lowest]
  return { value: sign * middle.mean, low, high, deviation }
}

/** Variance of single operations: what evaluations have shown, beside what is assumed before they have. */
function varianceOf(
  { distances, evaluations }: Pick<MeanMemory, 'distances' | 'evaluations'>,
  { assumedDeviation }: Pick<MeanSettings, 'assumedDeviation'>,
): number {
  return (distances + assumedEvaluations * assumedDeviation ** 2) / (evaluations + assumedEvaluations)
}

/** A value made worse by the hysteresis: it is better than a threshold only once it was better by that share. */
function eased(value: number, { direction, hysteresis, canBeNegative }: MeanSettings): number {
  const isNegative = canBeNegative && value < 0
  return value / ((direction === 'higher_is_better') === isNegative ? 1 - hysteresis : 1 + hysteresis)
}
