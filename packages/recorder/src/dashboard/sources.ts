import type pg from 'pg'
import { inScope, type Scope, scopeParameters } from '../database/scope.js'
import { type RollUpLevel, sixHours } from '../snapshots/rollup.js'

/** Where the snapshots of a time are read from: as large parts as are rolled up, the rest row by row. */
export interface Sources {
  /** Starts of the six hours. */
  readonly sixHours: readonly Date[]
  /** Starts of the whole hours. */
  readonly hours: readonly Date[]
  /** Starts of the five minutes. */
  readonly fiveMinutes: readonly Date[]
  /** Everything else: from each `from` on, before each `to`. */
  readonly from: readonly Date[]
  readonly to: readonly Date[]
}

/** The time of a scope, its end included, all of it row by row. */
export function rowByRow({ from, to }: Pick<Scope, 'from' | 'to'>): Sources {
  return { sixHours: [], hours: [], fiveMinutes: [], from: [from], to: [new Date(to.getTime() + 1)] }
}

/**
 * Splits the time of a scope, its end included, so that every snapshot in it is read once.
 * @param largest parts that may be used. Default: all
 */
export async function sourcesOf(
  pool: pg.Pool,
  { from, to }: Pick<Scope, 'from' | 'to'>,
  largest: RollUpLevel = sixHours,
): Promise<Sources> {
  const { rows } = await pool.query<Sources>(
    `SELECT six_hours AS "sixHours", hours, five_minutes AS "fiveMinutes", rest_since AS "from", rest_until AS "to"
     FROM parts_of_window($1, $2, $3)`,
    [from, new Date(to.getTime() + 1), `${largest.ms} ms`],
  )
  return rows[0] as Sources
}

/**
 * The part of a scope from its first snapshot on, or from the first hour that is added up where hours are kept longer
 * than snapshots; the whole scope where it has neither. A history shorter than the window still has a shape when its
 * steps divide what there is.
 */
export async function livedScope(pool: pg.Pool, scope: Scope): Promise<Scope> {
  const { rows } = await pool.query<{ at: Date | null }>(
    `WITH single AS (SELECT min(at) AS at FROM snapshot_instants WHERE at >= $1 AND at <= $2 AND rows > 0)
     SELECT coalesce(
       (SELECT min(hour) FROM rolled_up_hours WHERE hour >= $1 AND hour <= coalesce(at, $2) - interval '1 hour'), at
     ) AS at FROM single`,
    [scope.from, scope.to],
  )
  return { ...scope, from: rows[0]?.at ?? scope.from }
}

/** How many series a scope has, counted no further than it matters. */
export async function countSeries(pool: pg.Pool, scope: Scope, most: number): Promise<number> {
  const { rows } = await pool.query<{ series: number }>(
    `SELECT count(*)::int AS series FROM (
       SELECT FROM series WHERE $1::timestamptz <= $2 AND ${inScope} LIMIT $7
     ) AS counted`,
    [...scopeParameters(scope), most],
  )
  return rows[0]?.series ?? 0
}

/**
 * Common table expressions for `addedParameters`: `scoped (series_id, model, operation)`, the series of a scope, and
 * `added (at, series_id, kpi, count, total, least, greatest, samples, samples_total, buckets)`, their values and operations,
 * added up where roll-ups serve. A row of operations without a value has the count 0.
 *
 * Single snapshots are read LATERAL, span by span, behind OFFSET 0: joined to the spans, Postgres would rather read
 * every partition. A scope of all series is not looked up row by row, which would take a third of the time.
 */
export function withAdded({ service, model, contextSize, operation }: Scope): string {
  const isWhole = [service, model, contextSize, operation].every((part) => part === undefined)
  const chosen = isWhole ? '' : 'JOIN scoped USING (series_id)'
  const ofKpi = '($12::text IS NULL OR kpi = $12)'
  return `WITH scoped AS (
    SELECT id AS series_id, model, operation FROM series WHERE $1::timestamptz <= $2 AND ${inScope}
  ), added AS (
    SELECT start AS at, series_id, kpi, count, total, least, greatest, samples, samples_total, buckets
    FROM snapshots_6h ${chosen} WHERE start = ANY($7::timestamptz[]) AND ${ofKpi}
    UNION ALL
    SELECT hour, series_id, kpi, count, total, least, greatest, samples, samples_total, buckets
    FROM snapshots_hourly ${chosen} WHERE hour = ANY($8::timestamptz[]) AND ${ofKpi}
    UNION ALL
    SELECT start, series_id, kpi, count, total, least, greatest, samples, samples_total, buckets
    FROM snapshots_5min ${chosen} WHERE start = ANY($9::timestamptz[]) AND ${ofKpi}
    UNION ALL
    SELECT single.* FROM unnest($10::timestamptz[], $11::timestamptz[]) AS span (since, until) CROSS JOIN LATERAL (
      SELECT at, series_id, kpi, num_nonnulls(value), value, value, value,
        CASE WHEN mean IS NOT NULL THEN samples END, mean * samples, buckets
      FROM snapshots ${chosen}
      WHERE at >= since AND at < until AND (value IS NOT NULL OR mean IS NOT NULL) AND ${ofKpi} OFFSET 0
    ) AS single
  )`
}

/** Parameters `$1` to `$12` for `withAdded`. */
export function addedParameters(scope: Scope, sources: Sources, kpi?: string): unknown[] {
  return [
    ...scopeParameters(scope),
    sources.sixHours,
    sources.hours,
    sources.fiveMinutes,
    sources.from,
    sources.to,
    kpi ?? null,
  ]
}
