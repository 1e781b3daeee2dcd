import type { Memory } from '@mnemoscope/evaluation'
import type { HandleLabels } from '../record/handle-types.js'

/** What canaries show of a memory, all the time. */
export const abilities = ['recall', 'update', 'abstention', 'forgetting', 'isolation'] as const

/**
 * - `recall`: what was written is found.
 * - `update`: the new fact is found, and the superseded one does not come back.
 * - `abstention`: a search for what was never said finds nothing.
 * - `forgetting`: what was deleted stays away, also in the round after.
 * - `isolation`: what another user wrote is not found.
 */
export type Ability = (typeof abilities)[number]

/** Small facts that are written, asked for and deleted on a schedule, through the real memory. */
export interface CanaryOptions {
  /** Model and context size of the memory. The operations are `canary_recall`, `canary_update` and so on. */
  readonly labels: Omit<HandleLabels, 'operation'>
  /** An adapter of the live memory; the same that `mnemoscope evaluate` takes. It needs `delete`. */
  readonly memory: Memory
  /** Time from the start of one round to the start of the next, as a Prometheus duration: `'5m'`. */
  readonly every: string
  /**
   * Abilities that are tested.
   * @default recall, forgetting, isolation, and update if the memory has `update`. Abstention is only for a memory that
   * finds nothing if it knows no answer.
   */
  readonly abilities?: readonly Ability[]
  /**
   * Canaries for each ability in a round, from 1 to 100.
   * @default 4
   */
  readonly facts?: number
  /**
   * How long a write or a deletion may take until searches show it.
   * @default '10s'
   */
  readonly settle?: string
  /**
   * Timeout of one call.
   * @default '30s'
   */
  readonly timeout?: string
  /**
   * Random variation of the interval, as a fraction from 0 and below 1.
   * @default 0.1
   */
  readonly jitter?: number
  /** Called after each round. If it throws or rejects, that is only warned about. */
  readonly onRound?: (round: CanaryRound) => void
}

/** What became of one canary. `unknown`: a call failed, or it could not be planted. */
export type CanaryOutcome = 'kept' | 'broken' | 'unknown'

/** One canary of a round. */
export interface Canary {
  readonly ability: Ability
  readonly outcome: CanaryOutcome
  /** Its id in the memory. */
  readonly id: string
  /** What was asked. */
  readonly question: string
  /** Ids that the last search found. */
  readonly found: readonly string[]
  /** Why the outcome is unknown. */
  readonly error?: string
}

export interface CanaryRound {
  readonly canaries: readonly Canary[]
  /** Canaries that could not be deleted. The next round tries again. */
  readonly left: number
}

/** Running canaries. */
export interface Canaries {
  /** Runs a round now, or waits for the present one. Never rejects. */
  run(): Promise<CanaryRound>
  /** Ends them, and deletes what is planted. Never rejects. */
  stop(): Promise<void>
}
