import {
  isBreach,
  isQuantile,
  judgedRange,
  type Kpi,
  type ThresholdSeverity,
  thresholdSeverities,
} from '@mnemoscope/kpi'
import pc from 'picocolors'
import { inUnit } from '../report/units.js'
import { spansAt } from './episodes.js'
import type { PlaceHistory } from './history.js'
import { judged } from './judged.js'

const weekSeconds = 604_800

/** Alerts a week that each level may cost, all places together. */
export const weeklyBudget: Readonly<Record<ThresholdSeverity, number>> = {
  warning: 7,
  error: 2,
  critical: 0.5,
}

/** Shares of the time that candidates set apart, the mildest first. */
const shares = [0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0]

/** Shares by which candidates are worse than the worst value seen, one for each level that nothing ever reached. */
const margins = [0.1, 0.2, 0.3]

/** A threshold and what it would have cost. */
export interface Candidate {
  readonly threshold: number
  readonly alertsPerWeek: number
}

export interface Suggestion {
  readonly kpi: string
  readonly unit: string
  /** Weeks of values behind it, from the first to the last one of any place. */
  readonly weeks: number
  readonly today: Readonly<Partial<Record<ThresholdSeverity, Candidate>>>
  /** A level without a threshold has none that the budget allows. */
  readonly proposed: Readonly<Partial<Record<ThresholdSeverity, Candidate>>>
  /** Every candidate, the mildest first. */
  readonly candidates: readonly Candidate[]
}

/**
 * Thresholds that a KPI's own past would have kept within a number of alerts a week. Undefined where it has no past.
 * @param histories of the KPI, at every place
 */
export function suggestThresholds(
  kpi: Kpi,
  histories: readonly PlaceHistory[],
  budget: Readonly<Record<ThresholdSeverity, number>> = weeklyBudget,
): Suggestion | undefined {
  const weeks = coveredSeconds(histories) / weekSeconds
  const worstLast = candidatesOf(kpi, histories)
  if (worstLast.length === 0 || weeks === 0) return undefined
  const costOf = (threshold: number): Candidate => ({
    threshold,
    alertsPerWeek: Number((alertCount(histories, threshold) / weeks).toPrecision(3)),
  })
  const candidates = worstLast.map(costOf)
  return {
    kpi: kpi.id,
    unit: kpi.unit,
    weeks: Number(weeks.toPrecision(3)),
    today: Object.fromEntries(
      thresholdSeverities.flatMap((severity) => {
        const threshold = kpi.thresholds[severity]
        return threshold === undefined ? [] : [[severity, costOf(threshold)]]
      }),
    ),
    proposed: propose(kpi, candidates, budget),
    candidates,
  }
}

/** For each level the mildest candidate within its budget that is worse than the level's before. */
export function propose(
  kpi: Pick<Kpi, 'direction'>,
  candidates: readonly Candidate[],
  budget: Readonly<Record<ThresholdSeverity, number>>,
): Partial<Record<ThresholdSeverity, Candidate>> {
  const proposed: Partial<Record<ThresholdSeverity, Candidate>> = {}
  let milder: number | undefined
  for (const severity of thresholdSeverities) {
    const found = candidates.find(
      ({ threshold, alertsPerWeek }) =>
        alertsPerWeek <= budget[severity] &&
        (milder === undefined || (threshold !== milder && isBreach(kpi.direction, threshold, milder))),
    )
    if (found === undefined) continue
    proposed[severity] = found
    milder = found.threshold
  }
  return proposed
}

/** Thresholds to try, the mildest first; none without a past. */
function candidatesOf(kpi: Kpi, histories: readonly PlaceHistory[]): number[] {
  const isHigherBetter = kpi.direction === 'higher_is_better'
  const worstLast = (a: number, b: number) => (isHigherBetter ? b - a : a - b)
  if (isQuantile(kpi.statistic)) {
    // Operations are counted at the boundaries of buckets; a threshold that most of them are beyond says nothing.
    const boundaries = new Set(
      histories.flatMap(({ added }) => added.flatMap(({ upTo }) => [...upTo.keys()])),
    )
    const isUnusual = (threshold: number) => firingShare(histories, threshold) <= (shares[0] ?? 0)
    return [...boundaries].sort(worstLast).filter(isUnusual)
  }
  const values = histories
    .flatMap((history) => judged(history, 0).timeline.values.flatMap((each) => each?.value ?? []))
    .sort(worstLast)
  if (values.length === 0) return []
  const at = (share: number) =>
    rounded(values[Math.min(values.length - 1, Math.floor(values.length * (1 - share)))] ?? 0, kpi)
  const beyond = margins.map((margin) => beyondAll(values.at(-1) ?? 0, margin, kpi))
  return [...new Set([...shares.map(at), ...beyond])]
}

/** Share of the evaluations at which an alert would have fired. */
function firingShare(histories: readonly PlaceHistory[], threshold: number): number {
  const seconds = histories.reduce((sum, history) => {
    const { end } = history.range
    return sum + spansAt(history, threshold).reduce((total, { from, to = end }) => total + to - from, 0)
  }, 0)
  const all = histories.reduce((sum, { range, start }) => sum + range.end - start, 0)
  return all === 0 ? 0 : seconds / all
}

function alertCount(histories: readonly PlaceHistory[], threshold: number): number {
  return histories.reduce((sum, history) => sum + spansAt(history, threshold).length, 0)
}

/** From the first to the last value of any place, in seconds. */
function coveredSeconds(histories: readonly PlaceHistory[]): number {
  const seen = histories.flatMap((history) => {
    const { range, start } = history
    const known =
      history.kpi.instrument === 'gauge'
        ? history.readings
        : history.added.map(({ count }) => count || undefined)
    const first = known.findIndex((each) => each !== undefined)
    const last = known.findLastIndex((each) => each !== undefined)
    const at = (index: number) => Math.max(start, range.start + index * range.step)
    return first < 0 ? [] : [[at(first), at(last + 1)] as const]
  })
  if (seen.length === 0) return 0
  return Math.max(...seen.map(([, to]) => to)) - Math.min(...seen.map(([from]) => from))
}

/** A number that a person would write: three digits, and an integer where the KPI is one. */
function rounded(value: number, kpi: Pick<Kpi, 'range' | 'direction' | 'statistic'>): number {
  const { min, max } = judgedRange(kpi)
  const short = Number(value.toPrecision(3))
  return Math.min(max, Math.max(min, kpi.range.integer ? Math.round(short) : short))
}

/** A share beyond the worst value seen, or at most that share of the way to the worst that a value can be. */
function beyondAll(
  worst: number,
  share: number,
  kpi: Pick<Kpi, 'range' | 'direction' | 'statistic'>,
): number {
  const { min, max } = judgedRange(kpi)
  const margin = Math.abs(worst) * share
  const value =
    kpi.direction === 'higher_is_better'
      ? Math.max(worst - margin, worst + (min - worst) * share)
      : Math.min(worst + margin, worst + (max - worst) * share)
  return rounded(value, kpi)
}

/** Suggestions for people. A past shorter than this proves little. */
const shortWeeks = 1

export function suggestText(suggestions: readonly Suggestion[]): string {
  if (suggestions.length === 0) return 'Prometheus holds no values yet: ask again after a day or a week.\n'
  const blocks = suggestions.map(({ kpi, unit, weeks, today, proposed }) => {
    const cell = (candidate: Candidate | undefined) =>
      candidate === undefined
        ? 'none'
        : `${inUnit(candidate.threshold, unit)} (${candidate.alertsPerWeek} a week)`
    const lines = thresholdSeverities.map(
      (severity) =>
        `  ${severity.padEnd(9)} ${cell(today[severity]).padEnd(30)} ${pc.dim('→')} ${pc.bold(cell(proposed[severity]))}`,
    )
    const caution = weeks < shortWeeks ? pc.yellow(` from only ${(weeks * 168).toPrecision(2)} hours`) : ''
    return [`${pc.bold(kpi)}${caution}`, ...lines].join('\n')
  })
  return [
    `${pc.dim('today → proposed, with the alerts a week that each would have cost over all places')}\n`,
    ...blocks,
    '',
    'Try them with `npx mnemoscope backtest EDITED` before you use them.',
    '',
  ].join('\n')
}
