import type pg from 'pg'
import { inScope, type Scope, scopeParameters } from './scope.js'
import type { TrendPoint } from './trend.js'

/** Mean value of each KPI over all series of a scope, in equal steps of time; steps without a value are left out. */
export async function kpiCurves(
  pool: pg.Pool,
  scope: Scope,
  stepSeconds: number,
): Promise<Record<string, TrendPoint[]>> {
  const { rows } = await pool.query<{ kpi: string; at: Date; value: number }>(
    `SELECT kpi, date_bin(make_interval(secs => $6), at, 'epoch') AS at, avg(value) AS value
     FROM snapshots JOIN series ON series.id = snapshots.series_id
     WHERE at >= $1 AND at <= $2 AND value IS NOT NULL AND ${inScope}
     GROUP BY 1, 2 ORDER BY 1, 2`,
    [...scopeParameters(scope), stepSeconds],
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
