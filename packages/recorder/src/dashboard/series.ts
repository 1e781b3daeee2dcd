import type pg from 'pg'
import { z } from 'zod'
import type { Scope } from '../database/scope.js'
import type { DataOf } from '../http/route.js'
import { countSeries, livedScope } from './sources.js'
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
  /** At most this many points of one series, and five times as many of all. */
  readonly mostPoints: number
  /** At most this many series: those seen last. */
  readonly mostSeries: number
}

/** Most rows belong to other KPIs: passing over one costs a fraction of adding it up. */
const mostRows = 400_000

/** One KPI of each series of a scope, in equal steps of the time that has data. */
export async function kpiSeries(
  pool: pg.Pool,
  scope: Scope,
  { kpi, mostSeries, mostPoints, intervalSeconds }: KpiSeriesOptions,
): Promise<KpiSeries> {
  const [lived, lines] = await Promise.all([livedScope(pool, scope), countSeries(pool, scope, mostSeries)])
  // Nobody reads a megabyte of points.
  const ofSeries = Math.min(mostPoints, Math.floor((5 * mostPoints) / Math.max(1, lines)))
  const limits = { intervalSeconds, mostPoints: Math.max(2, ofSeries), mostRows }
  const plan = await planSteps(pool, lived, limits)
  const { rows } = await pool.query<SeriesCurve>(
    `${withSteps(lived)}, chosen AS (
       SELECT series_id FROM steps GROUP BY 1 ORDER BY max(step) DESC, series_id LIMIT $14
     )
     SELECT service, model, context_size, operation, ${pointsOfSteps}
     FROM steps JOIN chosen USING (series_id) JOIN series ON series.id = steps.series_id
     GROUP BY series.id ORDER BY service, model, context_tokens NULLS LAST, operation`,
    [...stepParameters(lived, plan, kpi), mostSeries],
  )
  return { kpi, step_seconds: plan.stepSeconds, series: rows }
}
