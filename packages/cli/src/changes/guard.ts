import { durationSeconds, MnemoscopeError, type Settings } from '@mnemoscope/kpi'
import type { Difference } from '@mnemoscope/recorder'
import { type Replayable, runBacktest } from '../backtest/run.js'
import { type Verdict, verdictOf, verdictText } from '../backtest/verdict.js'
import { type Prediction, predictionOf } from './trial.js'

/** A configuration whose settings decide what an edit of it has to pass. */
export type Guarding = Replayable & Pick<Settings, 'changes'>

/** For how long the past is replayed before an edit is applied, in seconds; undefined where it need not be. */
export function backtestSeconds(
  inUse: Pick<Guarding, 'changes'>,
  differences: readonly Pick<Difference, 'path'>[],
): number | undefined {
  const past = inUse.changes.backtest
  return past === undefined || !differences.some(({ path }) => alters.test(path))
    ? undefined
    : durationSeconds(past)
}

/** Settings that alerts of thresholds depend on. */
const alters = /^(?:kpis\.|scrapeInterval$|alertCheckInterval$)/

/**
 * Replays an edit before it is applied.
 * @returns what the edit is predicted to do; undefined where nothing has to be replayed
 * @throws MnemoscopeError CHANGE_REFUSED with the verdict, PROMETHEUS_UNREACHABLE or PROMETHEUS_QUERY
 */
export async function guardChange(
  inUse: Guarding,
  next: Replayable,
  differences: readonly Difference[],
  prometheusUrl: string,
): Promise<Prediction | undefined> {
  const seconds = backtestSeconds(inUse, differences)
  if (seconds === undefined) return undefined
  const replayed = await runBacktest(inUse, next, { url: prometheusUrl, hours: seconds / 3_600 })
  const refusal = refusalOf(verdictOf(replayed))
  if (refusal !== undefined) throw refusal
  return predictionOf(replayed)
}

/** Why an edit is not applied; undefined where it may be. */
export function refusalOf(verdict: Verdict): MnemoscopeError | undefined {
  const { isWorse, unknown } = verdict
  if (!isWorse && unknown.length === 0) return undefined
  return new MnemoscopeError('CHANGE_REFUSED', `the edit is not applied. ${verdictText(verdict)}`, {
    expected: 'an edit with which no urgent alert is missed or late, and that costs few more alerts',
    next:
      'Run `npx mnemoscope backtest` with the file, and change it. To apply it anyway, first remove `changes.backtest` from the file, ' +
      'and save the rest after that.',
  })
}
