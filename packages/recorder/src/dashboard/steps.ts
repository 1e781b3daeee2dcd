import type pg from 'pg'
import { inScope, type Scope, scopeParameters } from './scope.js'
import { restOf, type Sources, sourcesOf } from './sources.js'

/** How a time is divided for a chart, and where its snapshots are read from. */
export interface StepPlan {
  readonly stepSeconds: number
  readonly sources: Sources
}

/** One series of one KPI for a chart. */
export interface SeriesCurve {
  readonly service: string
  readonly model: string
  readonly context_size: string
  /** Unix time in seconds, mean, least and greatest value of each step; steps without a value are left out. */
  readonly points: readonly (readonly [number, number, number, number])[]
}

/**
 * Length of a step, in seconds, for at most `mostPoints` of them: a multiple of the snapshot interval, as finer
 * steps would hold nothing.
 */
export function stepFor({ from, to }: Scope, intervalSeconds: number, mostPoints: number): number {
  const span = (to.getTime() - from.getTime()) / 1_000
  // The edges of the scope lie within steps, which makes one more.
  return Math.max(1, Math.ceil(span / intervalSeconds / Math.max(1, mostPoints - 1))) * intervalSeconds
}

const hour = 3_600

export interface StepLimits {
  readonly intervalSeconds: number
  /** Steps at the most. */
  readonly mostPoints: number
  /** Rows of snapshots in the window up to which it is read row by row. */
  readonly mostRows: number
}

/**
 * Steps of a chart. From an hour on they are whole hours, which the roll-ups serve; and so they are in windows of half
 * a day or more with too many snapshots to read at every look. Shorter ones are read row by row.
 */
export async function planSteps(
  pool: pg.Pool,
  scope: Scope,
  { intervalSeconds, mostPoints, mostRows }: StepLimits,
): Promise<StepPlan> {
  const stepSeconds = stepFor(scope, intervalSeconds, mostPoints)
  const isShort = scope.to.getTime() - scope.from.getTime() < 12_000 * hour
  if (stepSeconds < hour && (isShort || (await rowsIn(pool, scope)) <= mostRows)) {
    return { stepSeconds, sources: { hours: [], ...restOf(scope, []) } }
  }
  return { stepSeconds: stepFor(scope, hour, mostPoints), sources: await sourcesOf(pool, scope) }
}

/** Rows of snapshots in a window, of any series: they lie by time, so all of them are passed over. */
async function rowsIn(pool: pg.Pool, { from, to }: Scope): Promise<number> {
  const { rows } = await pool.query<{ rows: number }>(
    'SELECT coalesce(sum(rows), 0)::float8 AS rows FROM snapshot_instants WHERE at >= $1 AND at <= $2',
    [from, to],
  )
  return rows[0]?.rows ?? 0
}

/**
 * Common table expressions for `stepParameters`: `steps (kpi, series_id, step, mean, least, greatest)`, a row for each
 * step of each series that has a value. Each step keeps its least and greatest: a spike is never averaged away.
 *
 * Snapshots are read LATERAL, range by range: joined to the ranges, Postgres would rather read every partition.
 */
export const withSteps = `WITH scoped AS (
    SELECT id AS series_id FROM series WHERE $1::timestamptz <= $2 AND ${inScope}
  ), parts AS (
    SELECT kpi, series_id, date_bin(make_interval(secs => $6), hour, 'epoch') AS step, sum(count) AS count,
           sum(total) AS total, min(least) AS least, max(greatest) AS greatest
    FROM snapshots_hourly JOIN scoped USING (series_id)
    WHERE hour = ANY($7::timestamptz[]) AND ($10::text IS NULL OR kpi = $10) GROUP BY 1, 2, 3
    UNION ALL
    SELECT read.* FROM unnest($8::timestamptz[], $9::timestamptz[]) AS rest (since, until) CROSS JOIN LATERAL (
      SELECT kpi, series_id, date_bin(make_interval(secs => $6), at, 'epoch'), count(value), sum(value), min(value),
             max(value)
      FROM snapshots JOIN scoped USING (series_id)
      WHERE at >= since AND at < until AND ($10::text IS NULL OR kpi = $10) GROUP BY 1, 2, 3
    ) AS read
  ), steps AS MATERIALIZED (
    SELECT kpi, series_id, step, sum(total) / sum(count) AS mean, min(least) AS least, max(greatest) AS greatest
    FROM parts GROUP BY 1, 2, 3 HAVING sum(count) > 0
  )`

/** The steps of a series, as `SeriesCurve` has them. */
export const pointsOfSteps = `json_agg(
    json_build_array(extract(epoch FROM step)::bigint, mean, least, greatest) ORDER BY step
  ) AS points`

/** Parameters `$1` to `$10` for `withSteps`. */
export function stepParameters(scope: Scope, { stepSeconds, sources }: StepPlan, kpi?: string): unknown[] {
  return [...scopeParameters(scope), stepSeconds, sources.hours, sources.from, sources.to, kpi ?? null]
}
