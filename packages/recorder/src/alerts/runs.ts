/** An uninterrupted stretch of evaluations at which an alert fired. Times are Unix ms. */
export interface Run {
  readonly first: number
  readonly last: number
  /** False where the run may have begun before what was asked for. */
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
  /** When Prometheus last started, undefined where it does not say. */
  readonly startedAt: number | undefined
}

/**
 * Runs of an alert, from the times at which it was stored as firing (ascending). Prometheus stores a sample at each
 * evaluation, so a missing one is an end, unless Prometheus itself was away: an alert that fires again within two
 * intervals of Prometheus' start has gone on as far as anybody can know.
 */
export function runsOf(times: readonly number[], context: RunContext): Run[] {
  const { from, interval, evaluatedUntil } = context
  const runs: Run[] = []
  let first: number | undefined
  for (const [i, at] of times.entries()) {
    first ??= at
    const next = times[i + 1]
    if (next !== undefined && goesOn(at, next, context)) continue
    const isOver = next !== undefined || evaluatedUntil >= at + interval / 2
    runs.push({
      first,
      last: at,
      startKnown: first > from + 1.5 * interval,
      endsAt: isOver ? at + interval : undefined,
    })
    first = undefined
  }
  return runs
}

function goesOn(at: number, next: number, { interval, startedAt }: RunContext): boolean {
  if (next - at <= 1.5 * interval) return true
  return startedAt !== undefined && at < startedAt && startedAt < next && next <= startedAt + 2 * interval
}
