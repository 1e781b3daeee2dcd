import type { Matrix } from '../prometheus/query.js'
import type { Stretch } from './observation.js'

/** An uninterrupted stretch of evaluations at which an alert fired. Times are Unix ms. */
export interface Run {
  readonly first: number
  readonly last: number
  /** Its evaluations without a break; several where it went on over a restart of Prometheus. */
  readonly stretches: readonly Stretch[]
  /** False where the run may have begun before what was asked for, or before Prometheus' newest start. */
  readonly startKnown: boolean
  /** First evaluation without it; undefined while it goes on or while nothing newer has been evaluated. */
  readonly endsAt: number | undefined
}

/** What is known about the evaluations behind the samples. */
export interface RunContext {
  /** Start of the time that was asked for. */
  readonly from: number
  /** Time between two evaluations of the rule. */
  readonly interval: number
  /** Newest moment up to which evaluations are known to have taken place. */
  readonly evaluatedUntil: number
  /** Whether the alert fires by now, samples or not: for some evaluations after a start Prometheus stores none. */
  readonly isActive: boolean
  /** Prometheus' newest start; undefined where it was not lately or is not known. */
  readonly restart: Restart | undefined
}

/** A start of Prometheus. */
export interface Restart {
  readonly startedAt: number
  /** Its first scrape: reading its own log after a crash can take it minutes, so the start itself says little. */
  readonly resumedAt: number
  /** Its last scrape or evaluation before; undefined where that was longer ago than Prometheus looks back. */
  readonly stoppedAt: number | undefined
}

/**
 * Runs of an alert, from the times at which it was stored as firing (ascending). Prometheus stores a sample at each
 * evaluation, so a missing one is an end, unless Prometheus itself was away: an alert that fires soon after its
 * return has gone on as far as anybody can know.
 */
export function runsOf(times: readonly number[], context: RunContext): Run[] {
  const { from, interval, evaluatedUntil, isActive } = context
  const runs: Run[] = []
  let first: number | undefined
  let begun: number | undefined
  let stretches: Stretch[] = []
  for (const [i, at] of times.entries()) {
    first ??= at
    begun ??= at
    const next = times[i + 1]
    if (next !== undefined && next - at <= 1.5 * interval) continue
    stretches.push({ first: begun, last: at })
    begun = undefined
    if (next !== undefined && goesOn(at, next, context)) continue
    const isOver = next !== undefined || (!isActive && evaluatedUntil >= at + interval / 2)
    runs.push({
      first,
      last: at,
      stretches,
      startKnown: first > from + 1.5 * interval && !mayHaveGoneOn(first, context),
      endsAt: isOver ? at + interval : undefined,
    })
    first = undefined
    stretches = []
  }
  return runs
}

/** Whether an alert went on where at least one evaluation without it may have been missed. */
function goesOn(at: number, next: number, context: RunContext): boolean {
  const { interval, restart } = context
  if (restart === undefined || at >= restart.startedAt) return false
  // An evaluation that Prometheus still made without the alert has ended it.
  const wasLast = restart.stoppedAt === undefined || restart.stoppedAt - at <= 1.5 * interval
  return wasLast && isSoonAfterRestart(next, context)
}

/**
 * Whether a run that begins soon after a restart may have fired before it. Not where Prometheus' last evaluation before
 * is known and was without the alert: one with it would be part of the run.
 */
function mayHaveGoneOn(first: number, context: RunContext): boolean {
  const { from, interval, restart } = context
  const isStopSeen = restart?.stoppedAt !== undefined && restart.stoppedAt >= from + 1.5 * interval
  return isSoonAfterRestart(first, context) && !isStopSeen
}

/** Alerts are stored again from the third evaluation after a start on; the fourth allows for a late one. */
function isSoonAfterRestart(at: number, { restart, interval }: RunContext): boolean {
  return restart !== undefined && at > restart.startedAt && at <= restart.resumedAt + 4 * interval
}

/** The first sample after a time, of any of many series; undefined where none has one. */
export function firstAfter(series: readonly Pick<Matrix, 'samples'>[], time: number): number | undefined {
  let first: number | undefined
  for (const { samples } of series) {
    const at = samples.find((sample) => sample.at > time)?.at
    if (at !== undefined && (first === undefined || at < first)) first = at
  }
  return first
}
