import { effectiveOperations, kept, type NewOperations } from './ageing.js'
import { eachLane, type Lanes, type ShareSettings } from './settings.js'
import { tuning } from './tuning.js'

const { provenBy, skew, leastBeyond, overAlone, overTogether } = tuning.share

/** What a place remembers between evaluations of the operations at or beyond one threshold. */
export interface ShareMemory {
  /** Weights of all operations, and of those at or beyond the threshold. */
  readonly lanes: Lanes<{ readonly weight: number; readonly beyond: number }>
  /** Unix seconds of the last evaluation that saw an operation. */
  readonly lastOperation: number
}

/**
 * What is known of the share of operations at or beyond a threshold: a breach begins where `low` reaches the allowed
 * share, and ends where `high` is below it. `isInBreach` compares both, as of a KPI where lower is better.
 */
export interface JudgedShare {
  readonly low: number
  readonly high: number
}

/**
 * The memory after an evaluation. Without new operations it is the same object.
 * @param before undefined before the first operation
 * @param added their sum counts those at or beyond the threshold
 * @param at Unix seconds of the evaluation
 * @returns undefined where nothing is remembered: before the first operation, and once the value has expired
 */
export function rememberShare(
  before: ShareMemory | undefined,
  { count, sum }: NewOperations,
  at: number,
  settings: ShareSettings,
): ShareMemory | undefined {
  const memory = before !== undefined && at - before.lastOperation <= settings.expiry ? before : undefined
  if (count <= 0) return memory
  if (memory === undefined) {
    const lane = { weight: count, beyond: sum }
    return { lanes: [lane, lane, lane], lastOperation: at }
  }
  const weights = eachLane(memory.lanes, ({ weight }) => weight)
  const keeps = kept(count, at - memory.lastOperation, weights, settings)
  return {
    lanes: eachLane(memory.lanes, (lane, i) => ({
      weight: keeps[i] * lane.weight + count,
      beyond: keeps[i] * lane.beyond + sum,
    })),
    lastOperation: at,
  }
}

/**
 * What a memory says of the share. Fast or middle lane prove a breach alone, by a margin; middle and slow lane do
 * together, without one. The margin is the normal approximation of a binomial share plus the first term of its skew, as
 * in Bernstein's inequality (1924): a few operations would prove too much without that term.
 */
export function judgeShare({ lanes }: ShareMemory, { operations, allowed }: ShareSettings): JudgedShare {
  const variance = allowed * (1 - allowed)
  const [fast, middle, slow] = eachLane(lanes, ({ weight, beyond }, i) => ({
    beyond,
    share: beyond / weight,
    size: effectiveOperations(weight, operations[i]),
  }))
  const least = ({ share, size }: typeof fast, by: number) =>
    share - by * Math.sqrt(variance / size) - by ** 2 / (skew * size)
  const together = middle.beyond >= leastBeyond ? Math.min(middle.share, slow.share) : 0
  return {
    low: Math.max(least(fast, provenBy.fast), least(middle, provenBy.middle), together),
    high: Math.min(middle.share / overAlone, Math.max(middle.share, slow.share) / overTogether),
  }
}
