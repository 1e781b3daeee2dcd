import type { Matrix } from '../prometheus/query.js'
import type { SampleSpan } from './observation.js'

/** A time during which an alert fired without a break. Times are Unix ms. */
export interface FiringPeriod {
  readonly first: number
  readonly last: number
  /** Its samples without a break: several spans if it continued over a restart of Prometheus. */
  readonly spans: readonly SampleSpan[]
  /** False if it may have begun before the queried time, or before Prometheus' newest start. */
  readonly startKnown: boolean
  /** First evaluation without it; undefined while it fires or while nothing newer has been evaluated. */
  readonly endsAt: number | undefined
}

/** What is known about the evaluations behind the samples. */
export interface EvaluationContext {
  /** Start of the queried time. */
  readonly from: number
  /** Time between two evaluations of the rule. */
  readonly interval: number
  /** Newest moment up to which evaluations are known to have taken place. */
  readonly evaluatedUntil: number
  /** Whether the alert fires now, with or without samples: Prometheus stores none for the first evaluations after a start. */
  readonly isActive: boolean
  /** Prometheus' newest start; undefined if it was before the queried time or is not known. */
  readonly restart: Restart | undefined
}

/** A start of Prometheus. */
export interface Restart {
  readonly startedAt: number
  /** Its first scrape. After a crash Prometheus can read its log for minutes, so this can be long after the start. */
  readonly resumedAt: number
  /** Its last scrape or evaluation before the start; undefined if that was longer ago than Prometheus looks back. */
  readonly stoppedAt: number | undefined
}

/**
 * The firing periods of an alert, from the times at which it was stored as firing (ascending). Prometheus stores a sample at each
 * evaluation, so a missing sample is an end, unless Prometheus itself was away: if the alert fires soon after its
 * return, the period is taken to continue.
 */
export function firingPeriods(times: readonly number[], context: EvaluationContext): FiringPeriod[] {
  const { from, interval, evaluatedUntil, isActive } = context
  const periods: FiringPeriod[] = []
  let first: number | undefined
  let begun: number | undefined
  let spans: SampleSpan[] = []
  for (const [i, at] of times.entries()) {
    first ??= at
    begun ??= at
    const next = times[i + 1]
    if (next !== undefined && next - at <= 1.5 * interval) continue
    spans.push({ first: begun, last: at })
    begun = undefined
    if (next !== undefined && continues(at, next, context)) continue
    const isOver = next !== undefined || (!isActive && evaluatedUntil >= at + interval / 2)
    periods.push({
      first,
      last: at,
      spans,
      startKnown: first > from + 1.5 * interval && !mayHaveBegunEarlier(first, context),
      endsAt: isOver ? at + interval : undefined,
    })
    first = undefined
    spans = []
  }
  return periods
}

/** Whether a period continues although an evaluation without the alert may have been missed. */
function continues(at: number, next: number, context: EvaluationContext): boolean {
  const { interval, restart } = context
  if (restart === undefined || at >= restart.startedAt) return false
  // An evaluation that Prometheus still made without the alert has ended it.
  const wasLast = restart.stoppedAt === undefined || restart.stoppedAt - at <= 1.5 * interval
  return wasLast && isSoonAfterRestart(next, context)
}

/**
 * Whether a period that begins soon after a restart may have begun before it. Not if Prometheus' last evaluation before
 * it is known and was without the alert: with it, it would be part of the period.
 */
function mayHaveBegunEarlier(first: number, context: EvaluationContext): boolean {
  const { from, interval, restart } = context
  const isStopSeen = restart?.stoppedAt !== undefined && restart.stoppedAt >= from + 1.5 * interval
  return isSoonAfterRestart(first, context) && !isStopSeen
}

/** Alerts are stored again from the third evaluation after a start on; the fourth allows for a late one. */
function isSoonAfterRestart(at: number, { restart, interval }: EvaluationContext): boolean {
  return restart !== undefined && at > restart.startedAt && at <= restart.resumedAt + 4 * interval
}

/** The time of the first sample of any series after `time`; undefined without such a sample. */
export function firstAfter(series: readonly Pick<Matrix, 'samples'>[], time: number): number | undefined {
  let first: number | undefined
  for (const { samples } of series) {
    const at = samples.find((sample) => sample.at > time)?.at
    if (at !== undefined && (first === undefined || at < first)) first = at
  }
  return first
}

/**
 * The periods of one alert in several replicas of a Prometheus, as one: it fires while any of them has it firing.
 * @param interval time between two evaluations of the rule
 */
export function joinPeriods(periods: readonly FiringPeriod[], interval: number): FiringPeriod[] {
  const joined: FiringPeriod[] = []
  for (const period of [...periods].sort((a, b) => a.first - b.first)) {
    const before = joined.at(-1)
    const isApart = before?.endsAt !== undefined && period.first - before.last > 1.5 * interval
    if (before === undefined || isApart) joined.push(period)
    else joined[joined.length - 1] = togetherWith(before, period, interval)
  }
  return joined
}

function togetherWith(before: FiringPeriod, period: FiringPeriod, interval: number): FiringPeriod {
  const isOver = before.endsAt !== undefined && period.endsAt !== undefined
  return {
    first: before.first,
    last: Math.max(before.last, period.last),
    spans: joinSpans([...before.spans, ...period.spans], interval),
    startKnown: before.startKnown,
    endsAt: isOver ? Math.max(before.endsAt as number, period.endsAt as number) : undefined,
  }
}

function joinSpans(spans: readonly SampleSpan[], interval: number): SampleSpan[] {
  const joined: SampleSpan[] = []
  for (const span of [...spans].sort((a, b) => a.first - b.first)) {
    const before = joined.at(-1)
    if (before === undefined || span.first - before.last > 1.5 * interval) joined.push(span)
    else joined[joined.length - 1] = { first: before.first, last: Math.max(before.last, span.last) }
  }
  return joined
}
