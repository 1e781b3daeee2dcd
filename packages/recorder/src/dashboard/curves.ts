import type pg from 'pg'
import type { Scope } from '../database/scope.js'
import { addedParameters, type Sources, withAdded } from './sources.js'
import { planSteps, type StepLimits, type StepPlan, wholeHours } from './steps.js'
import type { TrendPoint } from './trend.js'

/**
 * Mean value of each KPI over all series of a scope, in equal steps of time; steps without a value are left out.
 * @param sources where to read from; parts that are rolled up serve only steps of whole parts
 */
export async function kpiCurves(
  pool: pg.Pool,
  scope: Scope,
  sources: Sources,
  stepSeconds: number,
): Promise<ReadonlyMap<string, readonly TrendPoint[]>> {
  const { rows } = await pool.query<{ kpi: string; step: Date; value: number }>(
    `${withAdded(scope)}
     SELECT kpi, date_bin(make_interval(secs => $13), at, 'epoch') AS step, sum(total) / sum(count) AS value
     FROM added WHERE count > 0 GROUP BY 1, 2 ORDER BY 1, 2`,
    [...addedParameters(scope, sources), stepSeconds],
  )
  const curves = new Map<string, TrendPoint[]>()
  for (const { kpi, step, value } of rows) {
    const curve = curves.get(kpi) ?? []
    curve.push({ at: step.getTime(), value })
    curves.set(kpi, curve)
  }
  return curves
}

const hour = 3_600
/** A tenth of a second's work, more or less. */
const mostRows = 200_000

/**
 * Where a trend of at most `mostPoints` steps is read from: from half a day on in steps of whole hours, which the
 * roll-ups serve; below that in shorter ones.
 */
export function planTrend(
  pool: pg.Pool,
  scope: Scope,
  limits: Omit<StepLimits, 'mostRows'>,
): Promise<StepPlan> {
  const span = (scope.to.getTime() - scope.from.getTime()) / 1_000
  return span >= 12 * hour
    ? wholeHours(pool, scope, limits.mostPoints, false)
    : planSteps(pool, scope, { ...limits, mostRows })
}
