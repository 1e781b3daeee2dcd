import type { Grades } from '@mnemoscope/evaluation/measures'
import type { HandleLabels } from '../record/handle-types.js'
import type { RetrievalScore } from './score.js'

/** A question whose right answers are known. */
export interface LabelledQuestion {
  readonly question: string
  /** Ids of everything that answers it, at least one; or grades by id, where those above 0 answer it. */
  readonly relevant: readonly string[] | Grades
}

/** Passed to each retrieval of a probe. */
export interface ProbeCall {
  /** Aborted when the probe does not wait any longer. */
  readonly signal: AbortSignal
}

/** Questions with known answers that are asked on a schedule. */
export interface ProbeOptions {
  /** Model and context size of the questions. The default operation is `probe`. */
  readonly labels: HandleLabels
  readonly questions: readonly LabelledQuestion[]
  /** Asks the live system, and returns the ids that it retrieves, best first. */
  readonly retrieve: (question: string, call: ProbeCall) => Promise<readonly string[]> | readonly string[]
  /** Time from the start of one run to the start of the next, as a Prometheus duration: `'15m'`. */
  readonly every: string
  /**
   * Share of the time in which the probe asks, above 0 and up to 1. After each question there is a pause in proportion to
   * its duration.
   * @default 0.1
   */
  readonly share?: number
  /**
   * Random variation of pauses and intervals, as a fraction from 0 and below 1, so that several processes do not ask at
   * the same time.
   * @default 0.1
   */
  readonly jitter?: number
  /**
   * Timeout of one answer.
   * @default '30s'
   */
  readonly timeout?: string
  /** Called after each run. If it throws or rejects, that is only warned about. */
  readonly onRun?: (run: ProbeRun) => void
}

/** The result of one run over all questions. */
export interface ProbeRun {
  readonly answered: number
  /** Questions for which the system threw or did not answer in time. */
  readonly failed: number
  /** Means over the answered questions; undefined if there is none. */
  readonly mean: RetrievalScore | undefined
}

/** A running probe. */
export interface Probe {
  /** Asks all questions now, or waits for the present run. Never rejects. */
  run(): Promise<ProbeRun>
  stop(): void
}
