import {
  isBreach,
  isQuantile,
  judgedRange,
  type Kpi,
  type ThresholdSeverity,
  thresholdSeverities,
} from '@mnemoscope/kpi'
import { spansAt } from './episodes.js'
import { type PlaceHistory, seenIn } from './history.js'
import { type Incident, knownSpans, type Outcome, outcomesOf } from './incidents.js'
import { judged } from './judged.js'
import { overlap, type Span, union } from './replay.js'

const weekSeconds = 604_800

/** A past shorter than this says nothing of what is usual: not even one night is in it. */
export const leastSeconds = 86_400

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
  /** Weeks of values behind it, from the first to the last one of any place, without known incidents. */
  readonly weeks: number
  readonly today: Readonly<Partial<Record<ThresholdSeverity, Candidate>>>
  /** A level without a threshold has none that the budget allows. */
  readonly proposed: Readonly<Partial<Record<ThresholdSeverity, Candidate>>>
  /** Every candidate, the mildest first. */
  readonly candidates: readonly Candidate[]
  /** What the proposals would have made of each past alert, newest first. */
  readonly past: readonly Outcome[]
}

/** No proposal: the past is too short. */
export interface TooShort {
  readonly kpi: string
  /** Seconds of values, without known incidents, and how many are needed. */
  readonly seconds: number
  readonly leastSeconds: number
}

/**
 * Thresholds that a KPI's own past would have kept within a number of alerts a week. Times of known incidents are left
 * out: they are not what is usual. Undefined where it has no past.
 * @param histories of the KPI, at every place
 * @param incidents its past alerts, newest first
 */
export function suggestThresholds(
  kpi: Kpi,
  histories: readonly PlaceHistory[],
  incidents: readonly Incident[] = [],
  budget: Readonly<Record<ThresholdSeverity, number>> = weeklyBudget,
): Suggestion | TooShort | undefined {
  const places = histories.map((history) => ({ history, known: knownSpans(history, incidents) }))
  const seconds = coveredSeconds(places)
  if (seconds === 0) return undefined
  if (seconds < leastSeconds) return { kpi: kpi.id, seconds, leastSeconds }
  const weeks = seconds / weekSeconds
  const worstLast = candidatesOf(kpi, places)
  if (worstLast.length === 0) return undefined
  const costOf = (threshold: number): Candidate => ({
    threshold,
    alertsPerWeek: Number((alertCount(places, threshold) / weeks).toPrecision(3)),
  })
  const candidates = worstLast.map(costOf)
  const proposed = propose(kpi, candidates, budget)
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
    proposed,
    candidates,
    past: outcomesOf(incidents, histories, proposed),
  }
}

/** A place, and the times of its known incidents. */
interface KnownPlace {
  readonly history: PlaceHistory
  readonly known: readonly Span[]
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
function candidatesOf(kpi: Kpi, places: readonly KnownPlace[]): number[] {
  const isHigherBetter = kpi.direction === 'higher_is_better'
  const worstLast = (a: number, b: number) => (isHigherBetter ? b - a : a - b)
  if (isQuantile(kpi.statistic)) {
    // Operations are counted at the boundaries of buckets; a threshold that most of them are beyond says nothing.
    const boundaries = new Set(
      places.flatMap(({ history }) => history.added.flatMap(({ upTo }) => [...upTo.keys()])),
    )
    const isUnusual = (threshold: number) => firingShare(places, threshold) <= (shares[0] ?? 0)
    return [...boundaries].sort(worstLast).filter(isUnusual)
  }
  const values = places
    .flatMap(({ history, known }) => {
      const { start, step, values: all } = judged(history, 0).timeline
      const isUsual = (i: number) => !known.some((span) => contains(span, start + i * step))
      return all.flatMap((each, i) => (each !== undefined && isUsual(i) ? each.value : []))
    })
    .sort(worstLast)
  if (values.length === 0) return []
  const at = (share: number) =>
    rounded(values[Math.min(values.length - 1, Math.floor(values.length * (1 - share)))] ?? 0, kpi)
  const beyond = margins.map((margin) => beyondAll(values.at(-1) ?? 0, margin, kpi))
  return [...new Set([...shares.map(at), ...beyond])]
}

function contains({ from, to = Number.POSITIVE_INFINITY }: Span, at: number): boolean {
  return from <= at && at < to
}

/** The times in which a threshold would have raised an alert, but for those that meet a known incident. */
function unknownSpans({ history, known }: KnownPlace, threshold: number): Span[] {
  return spansAt(history, threshold).filter((span) => !known.some((other) => overlap(span, other)))
}

/** Share of the evaluations at which an alert would have fired. */
function firingShare(places: readonly KnownPlace[], threshold: number): number {
  const seconds = places.reduce(
    (sum, place) => sum + secondsOf(unknownSpans(place, threshold), place.history.range.end),
    0,
  )
  const all = places.reduce((sum, { history: { range, start } }) => sum + range.end - start, 0)
  return all === 0 ? 0 : seconds / all
}

function alertCount(places: readonly KnownPlace[], threshold: number): number {
  return places.reduce((sum, place) => sum + unknownSpans(place, threshold).length, 0)
}

/** How long spans are together, those that go on up to an end. */
function secondsOf(spans: readonly Span[], end: number): number {
  return spans.reduce((total, { from, to = end }) => total + Math.max(0, Math.min(to, end) - from), 0)
}

/** From the first to the last value of any place, without the time in which every place had a known incident, in seconds. */
function coveredSeconds(places: readonly KnownPlace[]): number {
  const seen = places.flatMap(({ history, known }) => {
    const there = seenIn(history)
    return there === undefined ? [] : [{ ...there, ill: secondsOf(union(known), there.to) }]
  })
  if (seen.length === 0) return 0
  const all = Math.max(...seen.map(({ to }) => to)) - Math.min(...seen.map(({ from }) => from))
  return Math.max(0, all - Math.min(...seen.map(({ ill }) => ill)))
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
