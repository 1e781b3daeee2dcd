import type pg from 'pg'
import { inScope, type Scope, scopeParameters } from './scope.js'
import { restOf, type Sources } from './sources.js'
import type { TrendPoint } from './trend.js'

/**
 * Mean value of each KPI over all series of a scope, in equal steps of time; steps without a value are left out.
 * @param sources where to read from; hours that are rolled up serve only steps of whole hours
 */
export async function kpiCurves(
  pool: pg.Pool,
  scope: Scope,
  sources: Sources,
  stepSeconds: number,
): Promise<Record<string, TrendPoint[]>> {
  const { rows } = await pool.query<{ kpi: string; at: Date; value: number }>(
    `WITH scoped AS (
       SELECT id AS series_id FROM series WHERE $1::timestamptz <= $2 AND ${inScope}
     ), parts AS (
       SELECT kpi, date_bin(make_interval(secs => $6), hour, 'epoch') AS step, sum(count) AS count,
              sum(total) AS total
       FROM snapshots_hourly JOIN scoped USING (series_id) WHERE hour = ANY($7::timestamptz[]) GROUP BY 1, 2
       UNION ALL
       SELECT kpi, date_bin(make_interval(secs => $6), at, 'epoch'), count(value), sum(value)
       FROM unnest($8::timestamptz[], $9::timestamptz[]) AS rest (since, until)
       JOIN snapshots ON at >= since AND at < until JOIN scoped USING (series_id) GROUP BY 1, 2
     )
     SELECT kpi, step AS at, sum(total) / sum(count) AS value
     FROM parts GROUP BY kpi, step HAVING sum(count) > 0 ORDER BY kpi, step`,
    [...scopeParameters(scope), stepSeconds, sources.hours, sources.from, sources.to],
  )
  const curves: Record<string, TrendPoint[]> = {}
  for (const { kpi, at, value } of rows) {
    const curve = curves[kpi] ?? []
    curve.push({ at: at.getTime(), value })
    curves[kpi] = curve
  }
  return curves
}

/** One series of one KPI for a chart. */
export interface SeriesCurve {
  readonly service: string
  readonly model: string
  readonly context_size: string
  /** Unix time in seconds, mean, least and greatest value of the step; a step without a value has nulls. */
  readonly points: readonly (readonly [number, number | null, number | null, number | null])[]
}

/** One KPI of each series of a scope, in equal steps of time, of the `most` series seen last at the most. */
export async function seriesCurves(
  pool: pg.Pool,
  scope: Scope,
  { kpi, stepSeconds, most }: { kpi: string; stepSeconds: number; most: number },
): Promise<SeriesCurve[]> {
  const { rows } = await pool.query<SeriesCurve>(
    `WITH steps AS (
       SELECT series_id, date_bin(make_interval(secs => $6), at, 'epoch') AS step,
              avg(value) AS mean, min(value) AS least, max(value) AS greatest
       FROM snapshots JOIN series ON series.id = snapshots.series_id
       WHERE at >= $1 AND at <= $2 AND kpi = $7 AND ${inScope}
       GROUP BY 1, 2
     ), chosen AS (
       SELECT series_id FROM steps GROUP BY 1 ORDER BY max(step) DESC, series_id LIMIT $8
     )
     SELECT service, model, context_size,
            json_agg(json_build_array(extract(epoch FROM step), mean, least, greatest) ORDER BY step) AS points
     FROM steps JOIN chosen USING (series_id) JOIN series ON series.id = steps.series_id
     GROUP BY service, model, context_size, context_tokens
     ORDER BY service, model, context_tokens NULLS LAST`,
    [...scopeParameters(scope), stepSeconds, kpi, most],
  )
  return rows
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

/**
 * Where a trend of at most `mostPoints` steps is read from: from half a day on in steps of whole hours, which the
 * roll-ups serve; below that row by row.
 */
export function trendPlan(
  scope: Scope,
  sources: Sources,
  intervalSeconds: number,
  mostPoints: number,
): { readonly stepSeconds: number; readonly sources: Sources } {
  const span = (scope.to.getTime() - scope.from.getTime()) / 1_000
  return span >= 12 * hour
    ? { stepSeconds: stepFor(scope, hour, mostPoints), sources }
    : {
        stepSeconds: stepFor(scope, intervalSeconds, mostPoints),
        sources: { hours: [], ...restOf(scope, []) },
      }
}
