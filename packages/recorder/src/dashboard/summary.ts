import type pg from 'pg'
import { inScope, type Scope, scopeParameters } from './scope.js'

/** Statistics of one KPI's values over all snapshots of a scope; null where no value is known. */
export interface KpiStatistics {
  readonly avg: number | null
  readonly min: number | null
  readonly max: number | null
}

/** What the snapshots of a scope come to. */
export interface Totals {
  /** Snapshots: one for each instant, service, model and context size. */
  readonly count: number
  readonly kpis: Readonly<Record<string, KpiStatistics>>
}

export interface Summary extends Totals {
  readonly models: Readonly<Record<string, Totals>>
}

interface Row {
  readonly model: string | null
  readonly kpi: string | null
  readonly count: string
  readonly avg: number | null
  readonly min: number | null
  readonly max: number | null
}

/** Totals of a scope, all together and by model, aggregated by Postgres. */
export async function summarise(pool: pg.Pool, scope: Scope): Promise<Summary> {
  const { rows } = await pool.query<Row>(
    `WITH scoped AS (
       SELECT at, series_id, model, kpi, value FROM snapshots
       JOIN series ON series.id = snapshots.series_id
       WHERE at >= $1 AND at <= $2 AND ${inScope}
     )
     SELECT model, kpi, count(*) AS count, avg(value) AS avg, min(value) AS min, max(value) AS max
     FROM scoped GROUP BY GROUPING SETS ((kpi), (model, kpi))
     UNION ALL
     SELECT model, NULL, count(*), NULL, NULL, NULL
     FROM (SELECT model FROM scoped GROUP BY at, series_id, model) AS taken
     GROUP BY GROUPING SETS ((), (model))`,
    scopeParameters(scope),
  )
  const models: Record<string, Totals> = {}
  for (const model of new Set(rows.map((row) => row.model))) {
    if (model !== null) models[model] = totals(rows, model)
  }
  return { ...totals(rows, null), models }
}

function totals(rows: readonly Row[], model: string | null): Totals {
  const own = rows.filter((row) => row.model === model)
  const statistics = own.flatMap(({ kpi, avg, min, max }) => (kpi === null ? [] : [[kpi, { avg, min, max }]]))
  return {
    count: Number(own.find(({ kpi }) => kpi === null)?.count ?? 0),
    kpis: Object.fromEntries(statistics),
  }
}
