import type pg from 'pg'
import { z } from 'zod'
import type { Scope } from '../database/scope.js'
import type { DataOf } from '../http/route.js'
import { livedScope } from './sources.js'
import {
  curveAnswer,
  planSteps,
  pointsOfSteps,
  type SeriesCurve,
  stepParameters,
  withSteps,
} from './steps.js'

/** One KPI of each series of a window. */
export const kpiSeriesAnswer = z.strictObject({
  kpi: z.string(),
  step_seconds: z.number(),
  series: z.array(curveAnswer),
})
export type KpiSeries = DataOf<typeof kpiSeriesAnswer>

export interface KpiSeriesOptions {
  readonly kpi: string
  readonly intervalSeconds: number
  /** At most this many points of one series. */
  readonly mostPoints: number
  /** At most this many series: those seen last. */
  readonly mostSeries: number
}

/** Most rows belong to other KPIs: passing over one costs a fraction of adding it up. */
const mostRows = 1_000_000

/** One KPI of each series of a scope, in equal steps of the time that has data. */
export async function kpiSeries(
  pool: pg.Pool,
  scope: Scope,
  { kpi, mostSeries, ...limits }: KpiSeriesOptions,
): Promise<KpiSeries> {
  const lived = await livedScope(pool, scope)
  const plan = await planSteps(pool, lived, { ...limits, mostRows })
  const { rows } = await pool.query<SeriesCurve>(
    `${withSteps(lived)}, chosen AS (
       SELECT series_id FROM steps GROUP BY 1 ORDER BY max(step) DESC, series_id LIMIT $13
     )
     SELECT service, model, context_size, operation, ${pointsOfSteps}
     FROM steps JOIN chosen USING (series_id) JOIN series ON series.id = steps.series_id
     GROUP BY series.id ORDER BY service, model, context_tokens NULLS LAST, operation`,
    [...stepParameters(lived, plan, kpi), mostSeries],
  )
  return { kpi, step_seconds: plan.stepSeconds, series: rows }
}
