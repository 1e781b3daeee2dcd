import type { Config, Direction } from '@mnemoscope/kpi'
import type pg from 'pg'
import { stepFor } from './curves.js'
import { type Gap, gaps } from './gaps.js'
import { inScope, type Scope, scopeParameters } from './scope.js'
import { restOf, type Sources, sourcesOf } from './sources.js'

/** One line of a chart. */
export interface ChartSeries {
  readonly service: string
  readonly model: string
  readonly context_size: string
  /** Unix time in seconds, mean, least and greatest value of each step; a step without a value has nulls. */
  readonly points: readonly (readonly [number, number | null, number | null, number | null])[]
}

/** One KPI over time. */
export interface KpiChart {
  /** Series that have a value in the window; `series` holds the worst of them. */
  readonly total_series: number
  readonly series: readonly ChartSeries[]
}

/** When an alert fired, as a chart marks it. Times are Unix seconds. */
export interface AlertMark {
  readonly id: number
  readonly kpi: string
  readonly level: string | null
  readonly service: string | null
  readonly model: string | null
  readonly context_size: string | null
  readonly from: number
  /** Null while it fires. */
  readonly to: number | null
}

/** Everything that a page needs to draw the charts of a window. */
export interface Charts {
  /** What is drawn, Unix seconds: from the first snapshot where the window begins before it. */
  readonly from: number
  readonly to: number
  readonly step_seconds: number
  readonly kpis: Readonly<Record<string, KpiChart>>
  readonly marks: readonly AlertMark[]
  readonly gaps: readonly Gap[]
}

export interface ChartsOptions {
  readonly intervalSeconds: number
  /** Points of one chart at the most, over all its lines. */
  readonly mostPoints: number
  /** Lines of one chart at the most. */
  readonly mostSeries: number
}

const hour = 3_600
const mostMarks = 300
const mostGaps = 300

/**
 * Charts of every KPI in a scope. Steps are chosen from the time that has data, not from the window asked for, so a
 * young run shows all its snapshots. Each step keeps its least and greatest value: a spike is never averaged away.
 */
export async function charts(
  pool: pg.Pool,
  kpis: Config['kpis'],
  scope: Scope,
  { intervalSeconds, mostPoints, mostSeries }: ChartsOptions,
): Promise<Charts> {
  const [extent, marks, unknown] = await Promise.all([
    firstInstant(pool, scope, mostSeries),
    alertMarks(pool, scope),
    gaps(pool, scope, intervalSeconds, mostGaps),
  ])
  const drawn: Scope = { ...scope, from: extent.at ?? scope.from }
  const pointsOfLine = Math.floor(mostPoints / Math.max(1, Math.min(mostSeries, extent.series)))
  const plan = await chartPlan(pool, drawn, intervalSeconds, Math.max(2, pointsOfLine))
  return {
    from: drawn.from.getTime() / 1_000,
    to: drawn.to.getTime() / 1_000,
    step_seconds: plan.step,
    kpis: await kpiCharts(pool, kpis, drawn, { ...plan, mostSeries }),
    marks,
    gaps: unknown,
  }
}

interface ChartPlan {
  /** Seconds. */
  readonly step: number
  readonly sources: Sources
}

/** Steps of an hour or more are whole hours, which the roll-ups serve; shorter ones are read row by row. */
async function chartPlan(
  pool: pg.Pool,
  scope: Scope,
  intervalSeconds: number,
  mostPoints: number,
): Promise<ChartPlan> {
  const step = stepFor(scope, intervalSeconds, mostPoints)
  if (step < hour) return { step, sources: { hours: [], ...restOf(scope, []) } }
  return { step: stepFor(scope, hour, mostPoints), sources: await sourcesOf(pool, scope) }
}

/** First instant of a scope with a snapshot, and how many series there are, counted no further than it matters. */
async function firstInstant(
  pool: pg.Pool,
  scope: Scope,
  mostSeries: number,
): Promise<{ at: Date | null; series: number }> {
  const { rows } = await pool.query<{ at: Date | null; series: number }>(
    `SELECT (SELECT min(at) FROM snapshot_instants WHERE at >= $1 AND at <= $2 AND rows > 0) AS at,
            (SELECT count(*)::int FROM (SELECT FROM series WHERE ${inScope} LIMIT $6) AS counted) AS series`,
    [...scopeParameters(scope), mostSeries],
  )
  return rows[0] as { at: Date | null; series: number }
}

async function kpiCharts(
  pool: pg.Pool,
  kpis: Config['kpis'],
  scope: Scope,
  { step, sources, mostSeries }: ChartPlan & { readonly mostSeries: number },
): Promise<Record<string, KpiChart>> {
  const betterHigh: Direction = 'higher_is_better'
  const { rows } = await pool.query<ChartSeries & { kpi: string; total: number }>(
    `WITH scoped AS (
       SELECT id AS series_id FROM series WHERE $1::timestamptz <= $2 AND ${inScope}
     ), parts AS (
       SELECT kpi, series_id, date_bin(make_interval(secs => $6), hour, 'epoch') AS step, sum(count) AS count,
              sum(total) AS total, min(least) AS least, max(greatest) AS greatest
       FROM snapshots_hourly JOIN scoped USING (series_id) WHERE hour = ANY($9::timestamptz[]) GROUP BY 1, 2, 3
       UNION ALL
       SELECT kpi, series_id, date_bin(make_interval(secs => $6), at, 'epoch'), count(value), sum(value), min(value),
              max(value)
       FROM unnest($10::timestamptz[], $11::timestamptz[]) AS rest (since, until)
       JOIN snapshots ON at >= since AND at < until JOIN scoped USING (series_id) GROUP BY 1, 2, 3
     ), steps AS MATERIALIZED (
       SELECT kpi, series_id, step, sum(total) / nullif(sum(count), 0) AS mean, min(least) AS least,
              max(greatest) AS greatest
       FROM parts GROUP BY 1, 2, 3
     ), ranked AS (
       SELECT kpi, series_id, count(*) OVER (PARTITION BY kpi)::int AS total, row_number() OVER (
           PARTITION BY kpi ORDER BY CASE WHEN kpi = ANY($7) THEN min(least) ELSE -max(greatest) END, series_id
         ) AS place
       FROM steps GROUP BY 1, 2 HAVING count(mean) > 0
     )
     SELECT kpi, total, service, model, context_size, json_agg(
         json_build_array(extract(epoch FROM step)::bigint, mean, least, greatest) ORDER BY step
       ) AS points
     FROM steps JOIN ranked USING (kpi, series_id) JOIN series ON series.id = series_id
     WHERE place <= $8 GROUP BY kpi, total, series.id
     ORDER BY kpi, service, model, context_tokens NULLS LAST`,
    [
      ...scopeParameters(scope),
      step,
      Object.values(kpis).flatMap(({ id, direction }) => (direction === betterHigh ? [id] : [])),
      mostSeries,
      sources.hours,
      sources.from,
      sources.to,
    ],
  )
  return Object.fromEntries(
    Object.keys(kpis).map((id) => {
      const own = rows.filter(({ kpi }) => kpi === id)
      const series = own.map(({ service, model, context_size, points }) => ({
        service,
        model,
        context_size,
        points,
      }))
      return [id, { total_series: own[0]?.total ?? 0, series }]
    }),
  )
}

async function alertMarks(pool: pg.Pool, scope: Scope): Promise<AlertMark[]> {
  const { rows } = await pool.query<AlertMark>(
    `SELECT id::float8 AS id, kpi, severity AS level, service, model, context_size,
       extract(epoch FROM starts_at)::float8 AS "from", extract(epoch FROM ends_at)::float8 AS "to"
     FROM alert_episodes
     WHERE kpi IS NOT NULL AND starts_at <= $2 AND (ends_at IS NULL OR ends_at >= $1) AND ${inScope}
     ORDER BY starts_at DESC LIMIT ${mostMarks}`,
    scopeParameters(scope),
  )
  return rows
}
