import { type Config, type ConfigPatch, durationSeconds, type MnemoscopeError } from '@mnemoscope/kpi'
import type { AppliedChange } from '@mnemoscope/recorder'
import { leftOf, seenOf, type Trial, takenBackError } from './trial.js'

/** A trial, and what is needed to take its edit back. */
export interface OpenTrial extends Trial, Pick<AppliedChange, 'by' | 'source' | 'sha256'> {
  /** The configuration and the patch before it. */
  readonly config: Config
  readonly patch: ConfigPatch
}

export interface Trials {
  /** Looks at an edit from now on, and no more at the one before it. */
  begin(trial: OpenTrial): void
  stop(): Promise<void>
}

/** Evaluations from one look to the next, and the shortest time between them. */
const everyEvaluations = 2
const leastMs = 2_000

/**
 * Looks at the newest edit until its time is over.
 * @param left called once, when its alerts leave the range that was predicted
 */
export function startTrials(
  prometheusUrl: string,
  left: (trial: OpenTrial, error: MnemoscopeError) => Promise<unknown>,
): Trials {
  let timer: NodeJS.Timeout | undefined
  let current: OpenTrial | undefined
  let looking: Promise<unknown> = Promise.resolve()

  function wait(trial: OpenTrial): void {
    const everyMs = 1_000 * everyEvaluations * durationSeconds(trial.edited.alertCheckInterval)
    timer = setTimeout(() => (looking = look(trial)), Math.max(leastMs, everyMs))
  }

  async function look(trial: OpenTrial): Promise<void> {
    const { prediction, seconds, appliedAt } = trial
    const now = Date.now() / 1_000
    try {
      const seen = await seenOf(trial, prometheusUrl, now)
      const range = leftOf(prediction, { raised: seen.raised.length, missed: seen.missed.length }, seconds)
      if (trial !== current) return
      if (range !== undefined) {
        await left(trial, takenBackError(range, seen[range.kind], seconds))
        current = undefined
        return
      }
    } catch {
      // A server does not answer: what it does not say now, it says at the next look.
    }
    if (trial === current && now < appliedAt + seconds) wait(trial)
  }

  return {
    begin(trial) {
      clearTimeout(timer)
      current = trial
      if (trial.seconds > 0) wait(trial)
    },
    async stop() {
      clearTimeout(timer)
      current = undefined
      await looking
    },
  }
}
