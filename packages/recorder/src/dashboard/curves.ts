import type pg from 'pg'
import { inScope, type Scope, scopeParameters } from './scope.js'
import { restOf, type Sources } from './sources.js'
import { type StepPlan, stepFor } from './steps.js'
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
       SELECT read.* FROM unnest($8::timestamptz[], $9::timestamptz[]) AS rest (since, until) CROSS JOIN LATERAL (
         SELECT kpi, date_bin(make_interval(secs => $6), at, 'epoch'), count(value), sum(value)
         FROM snapshots JOIN scoped USING (series_id) WHERE at >= since AND at < until GROUP BY 1, 2
       ) AS read
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
): StepPlan {
  const span = (scope.to.getTime() - scope.from.getTime()) / 1_000
  return span >= 12 * hour
    ? { stepSeconds: stepFor(scope, hour, mostPoints), sources }
    : {
        stepSeconds: stepFor(scope, intervalSeconds, mostPoints),
        sources: { hours: [], ...restOf(scope, []) },
      }
}
