import type pg from 'pg'
import { inScope, type Scope, scopeParameters } from './scope.js'
import type { Sources } from './sources.js'

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
export async function summarise(pool: pg.Pool, scope: Scope, sources: Sources): Promise<Summary> {
  const { rows } = await pool.query<Row>(
    `WITH scoped AS (
       SELECT id AS series_id, model FROM series WHERE $1::timestamptz <= $2 AND ${inScope}
     ), parts AS (
       SELECT series_id, kpi, sum(count) AS count, sum(total) AS total, min(least) AS least,
              max(greatest) AS greatest
       FROM snapshots_hourly JOIN scoped USING (series_id) WHERE hour = ANY($6::timestamptz[])
       GROUP BY series_id, kpi
       UNION ALL
       SELECT read.* FROM unnest($7::timestamptz[], $8::timestamptz[]) AS rest (since, until) CROSS JOIN LATERAL (
         SELECT series_id, kpi, count(value), sum(value), min(value), max(value)
         FROM snapshots JOIN scoped USING (series_id) WHERE at >= since AND at < until GROUP BY series_id, kpi
       ) AS read
     ), taken AS (
       SELECT series_id, sum(snapshots) AS count FROM series_hourly WHERE hour = ANY($6) GROUP BY series_id
       UNION ALL
       SELECT read.* FROM unnest($7::timestamptz[], $8::timestamptz[]) AS rest (since, until) CROSS JOIN LATERAL (
         SELECT series_id, count(DISTINCT at) FROM snapshots WHERE at >= since AND at < until GROUP BY series_id
       ) AS read
     )
     SELECT model, kpi, sum(count) AS count, sum(total) / nullif(sum(count), 0) AS avg, min(least) AS min,
            max(greatest) AS max
     FROM parts JOIN scoped USING (series_id) GROUP BY GROUPING SETS ((kpi), (model, kpi))
     UNION ALL
     SELECT model, NULL, sum(count), NULL, NULL, NULL
     FROM taken JOIN scoped USING (series_id) GROUP BY GROUPING SETS ((), (model))`,
    [...scopeParameters(scope), sources.hours, sources.from, sources.to],
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
