import type pg from 'pg'
import type { Scope } from '../database/scope.js'
import { addedParameters, type Sources, withAdded } from './sources.js'

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
    `${withAdded(scope)}, parts AS (
       SELECT series_id, kpi, sum(count) AS count, sum(total) AS total, min(least) AS least,
              max(greatest) AS greatest
       FROM added GROUP BY series_id, kpi
     ), taken AS (
       SELECT series_id, snapshots FROM series_hourly WHERE hour = ANY($7)
       UNION ALL
       SELECT series_id, snapshots FROM series_5min WHERE start = ANY($8)
       UNION ALL
       SELECT single.* FROM unnest($9::timestamptz[], $10::timestamptz[]) AS span (since, until) CROSS JOIN LATERAL (
         SELECT series_id, count(*) FROM (
           SELECT DISTINCT at, series_id FROM snapshots WHERE at >= since AND at < until
         ) AS instants GROUP BY series_id
       ) AS single
     )
     SELECT model, kpi, sum(count) AS count, sum(total) / nullif(sum(count), 0) AS avg, min(least) AS min,
            max(greatest) AS max
     FROM parts JOIN scoped USING (series_id) GROUP BY GROUPING SETS ((kpi), (model, kpi))
     UNION ALL
     SELECT model, NULL, sum(snapshots), NULL, NULL, NULL
     FROM taken JOIN scoped USING (series_id) GROUP BY GROUPING SETS ((), (model))`,
    addedParameters(scope, sources),
  )
  const models = [...new Set(rows.map(({ model }) => model))].filter((model) => model !== null)
  return {
    ...totals(rows, null),
    models: Object.fromEntries(models.map((model) => [model, totals(rows, model)])),
  }
}

function totals(rows: readonly Row[], model: string | null): Totals {
  const own = rows.filter((row) => row.model === model)
  const statistics = own.flatMap(({ kpi, avg, min, max }) => (kpi === null ? [] : [[kpi, { avg, min, max }]]))
  return {
    count: Number(own.find(({ kpi }) => kpi === null)?.count ?? 0),
    kpis: Object.fromEntries(statistics),
  }
}
