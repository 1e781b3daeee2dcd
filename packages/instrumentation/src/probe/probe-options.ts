import type { HandleLabels } from '../handle/handle-types.js'
import type { RetrievalScore } from './score.js'

/** A question whose right answers are known. */
export interface LabelledQuestion {
  readonly question: string
  /** Ids of everything that answers it, at least one. */
  readonly relevant: readonly string[]
}

/** What a retrieval is told about the probe that asks. */
export interface ProbeCall {
  /** Aborted when the probe waits no longer. */
  readonly signal: AbortSignal
}

/** A labelled set that is run against the live system again and again. */
export interface ProbeOptions {
  /** Model and context size the questions are asked of; the operation is `probe` unless given. */
  readonly labels: HandleLabels
  readonly questions: readonly LabelledQuestion[]
  /** Asks the live system; resolves with the ids it retrieves, best first. */
  readonly retrieve: (question: string, call: ProbeCall) => Promise<readonly string[]> | readonly string[]
  /** Time from the start of one run to the start of the next, as a Prometheus duration: `'15m'`. */
  readonly every: string
  /**
   * Share of one caller's time that the probe may take, above 0, 1 at the most: after each question it rests in
   * proportion, after the last one of a run before the next run that comes by itself.
   * @default 0.1
   */
  readonly share?: number
  /**
   * The rests and intervals vary by so much either way, 0 to below 1, so that the probes of several processes drift apart.
   * @default 0.1
   */
  readonly jitter?: number
  /**
   * How long to wait for one answer.
   * @default '30s'
   */
  readonly timeout?: string
  /** Hears of each run that ended. What it throws or rejects with is warned of and goes no further. */
  readonly onRun?: (run: ProbeRun) => void
}

/** What one run over all questions gave. Means are undefined where no question was answered. */
export interface ProbeRun {
  /** Questions answered, and those on which the system threw or did not answer in time. */
  readonly answered: number
  readonly failed: number
  readonly mean: RetrievalScore | undefined
}

/** A probe at work. */
export interface Probe {
  /** Runs all questions now; a run under way is waited for instead. Never rejects. */
  run(): Promise<ProbeRun>
  stop(): void
}
