import type pg from 'pg'
import { fiveMinutes, hours, type RollUpLevel } from '../snapshots/rollup.js'
import type { Scope } from './scope.js'

/** Where the snapshots of a time are read from: as large parts as are rolled up, the rest row by row. */
export interface Sources {
  /** Starts of the whole hours. */
  readonly hours: readonly Date[]
  /** Starts of the five minutes. */
  readonly fiveMinutes: readonly Date[]
  /** Everything else: from each `from` on, before each `to`. */
  readonly from: readonly Date[]
  readonly to: readonly Date[]
}

/** A time from `from` on, before `to`, in Unix ms. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** The time of a scope, its end included, all of it row by row. */
export function rowByRow({ from, to }: Pick<Scope, 'from' | 'to'>): Sources {
  return { hours: [], fiveMinutes: [], from: [from], to: [new Date(to.getTime() + 1)] }
}

/**
 * Splits the time of a scope, its end included, so that every snapshot in it is read once.
 * @param largest parts that may be used: all, or none above five minutes
 */
export async function sourcesOf(
  pool: pg.Pool,
  { from, to }: Pick<Scope, 'from' | 'to'>,
  largest: RollUpLevel = hours,
): Promise<Sources> {
  const all: Span[] = [{ from: from.getTime(), to: to.getTime() + 1 }]
  const whole = largest === hours ? await rolledUp(pool, all, hours) : []
  const parts = await rolledUp(pool, restOf(all, whole, hours.ms), fiveMinutes)
  const rest = restOf(restOf(all, whole, hours.ms), parts, fiveMinutes.ms)
  return {
    hours: whole,
    fiveMinutes: parts,
    from: rest.map((span) => new Date(span.from)),
    to: rest.map((span) => new Date(span.to)),
  }
}

/** What parts of a length that begin at `starts`, ascending and within the spans, leave of these. */
export function restOf(spans: readonly Span[], starts: readonly Date[], lengthMs: number): Span[] {
  return spans.flatMap((span) => {
    const own = starts
      .map((start) => start.getTime())
      .filter((start) => start >= span.from && start < span.to)
    const ends = [span.from, ...own.map((start) => start + lengthMs)]
    return ends.map((end, i) => ({ from: end, to: own[i] ?? span.to })).filter(({ from, to }) => from < to)
  })
}

/** Starts of the parts that lie within the spans and are rolled up, ascending. */
async function rolledUp(
  pool: pg.Pool,
  spans: readonly Span[],
  { ms, done, start }: RollUpLevel,
): Promise<Date[]> {
  const { rows } = await pool.query<{ start: Date }>(
    `SELECT ${start} AS start FROM unnest($1::timestamptz[], $2::timestamptz[]) AS span (since, until)
     JOIN ${done} ON ${start} >= since AND ${start} <= until - interval '${ms} ms' ORDER BY 1`,
    [spans.map(({ from }) => new Date(from)), spans.map(({ to }) => new Date(to))],
  )
  return rows.map((row) => row.start)
}
