import type { Config, Direction } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'
import { type Scope, scopeParameters } from '../database/scope.js'
import { fired } from '../episodes/find.js'
import type { DataOf } from '../http/route.js'
import { gapAnswer, gaps } from '../snapshots/gaps.js'
import { chartChange, chartChanges } from './chart-changes.js'
import { countSeries, livedScope } from './sources.js'
import {
  curveAnswer,
  planSteps,
  pointsOfSteps,
  type SeriesCurve,
  type StepPlan,
  stepParameters,
  withSteps,
} from './steps.js'

/** One KPI over time. */
const kpiChart = z.strictObject({
  total_series: z
    .number()
    .int()
    .describe('Series that have a value in the window; `series` holds the worst of them.'),
  series: z.array(curveAnswer),
})
export type KpiChart = DataOf<typeof kpiChart>

/** When an alert fired, as a chart marks it. */
const alertMark = z.strictObject({
  id: z.number().int(),
  kpi: z.string(),
  level: z.string().nullable(),
  service: z.string().nullable(),
  model: z.string().nullable(),
  context_size: z.string().nullable(),
  operation: z.string().nullable(),
  from: z.number().describe('Unix seconds.'),
  to: z.number().nullable().describe('Unix seconds; null while it fires.'),
})
export type AlertMark = DataOf<typeof alertMark>

/** Everything that a page needs to draw the charts of a window. */
export const chartsAnswer = z.strictObject({
  from: z.number().describe('Unix seconds: the first snapshot where the window begins before it.'),
  to: z.number().describe('Unix seconds.'),
  step_seconds: z.number(),
  kpis: z.record(z.string(), kpiChart),
  marks: z.array(alertMark),
  gaps: z.array(gapAnswer),
  changes: z
    .array(chartChange)
    .describe('Deployments and changes of the configuration, oldest first; of many, the newest 26.'),
})
export type Charts = DataOf<typeof chartsAnswer>

export interface ChartsOptions {
  readonly intervalSeconds: number
  /** At most this many points of one chart, over all its lines. */
  readonly mostPoints: number
  /** At most this many lines of one chart. */
  readonly mostSeries: number
}

/** A tenth of a second's work, more or less. */
const mostRows = 250_000
const mostMarks = 300
const mostGaps = 300

/**
 * Charts of every KPI in a scope. Steps are chosen from the time that has data, not from the window asked for, so a
 * young run shows all its snapshots.
 */
export async function charts(
  pool: pg.Pool,
  kpis: Config['kpis'],
  scope: Scope,
  { intervalSeconds, mostPoints, mostSeries }: ChartsOptions,
): Promise<Charts> {
  const [drawn, lines, marks, unknown, changes] = await Promise.all([
    livedScope(pool, scope),
    countSeries(pool, scope, mostSeries),
    alertMarks(pool, scope),
    gaps(pool, scope, intervalSeconds, mostGaps),
    chartChanges(pool, scope),
  ])
  const pointsOfLine = Math.floor(mostPoints / Math.max(1, lines))
  const plan = await planSteps(pool, drawn, {
    intervalSeconds,
    mostPoints: Math.max(2, pointsOfLine),
    mostRows,
  })
  return {
    from: drawn.from.getTime() / 1_000,
    to: drawn.to.getTime() / 1_000,
    step_seconds: plan.stepSeconds,
    kpis: await kpiCharts(pool, kpis, drawn, plan, mostSeries),
    marks,
    gaps: unknown,
    changes,
  }
}

async function kpiCharts(
  pool: pg.Pool,
  kpis: Config['kpis'],
  scope: Scope,
  plan: StepPlan,
  mostSeries: number,
): Promise<Record<string, KpiChart>> {
  const betterHigh: Direction = 'higher_is_better'
  const { rows } = await pool.query<SeriesCurve & { kpi: string; total: number }>(
    `${withSteps(scope)}, ranked AS (
       SELECT kpi, series_id, count(*) OVER (PARTITION BY kpi)::int AS total, row_number() OVER (
           PARTITION BY kpi ORDER BY CASE WHEN kpi = ANY($14) THEN min(least) ELSE -max(greatest) END, series_id
         ) AS place
       FROM steps GROUP BY 1, 2
     )
     SELECT kpi, total, service, model, context_size, operation, ${pointsOfSteps}
     FROM steps JOIN ranked USING (kpi, series_id) JOIN series ON series.id = series_id
     WHERE place <= $15 GROUP BY kpi, total, series.id
     ORDER BY kpi, service, model, context_tokens NULLS LAST, operation`,
    [
      ...stepParameters(scope, plan),
      Object.values(kpis).flatMap(({ id, direction }) => (direction === betterHigh ? [id] : [])),
      mostSeries,
    ],
  )
  return Object.fromEntries(
    Object.keys(kpis).map((id) => {
      const own = rows.filter(({ kpi }) => kpi === id)
      const series = own.map(({ service, model, context_size, operation, points }) => ({
        service,
        model,
        context_size,
        operation,
        points,
      }))
      return [id, { total_series: own[0]?.total ?? 0, series }]
    }),
  )
}

async function alertMarks(pool: pg.Pool, scope: Scope): Promise<AlertMark[]> {
  const { rows } = await pool.query<AlertMark>(
    `SELECT id::float8 AS id, kpi, severity AS level, service, model, context_size, operation,
       extract(epoch FROM starts_at)::float8 AS "from", extract(epoch FROM ends_at)::float8 AS "to"
     FROM alert_episodes
     WHERE kpi IS NOT NULL AND ${fired}
     ORDER BY starts_at DESC LIMIT ${mostMarks}`,
    scopeParameters(scope),
  )
  return rows
}
