import { type Config, isQuantile, quantileOf } from '@mnemoscope/kpi'
import type pg from 'pg'
import type { Scope } from '../database/scope.js'
import { addedParameters, type Sources, withAdded } from './sources.js'

/** What one KPI comes to over a scope; null where nothing is known. */
export interface KpiStatistics {
  /** Mean over operations, of a gauge over its readings; over the snapshots' values where neither is known. */
  readonly avg: number | null
  /** Of the snapshots' values, as is `max`. */
  readonly min: number | null
  readonly max: number | null
  /** Operations or readings that `avg` is over. */
  readonly samples: number | null
  /** Snapshots with a value. */
  readonly snapshots: number
  /** Of a KPI that is judged by a quantile, that quantile of all operations. */
  readonly quantile: number | null
  /** Operations that the quantile is of. */
  readonly bucketed: number | null
}

/** What the snapshots of a scope come to. */
export interface Totals {
  /** Snapshots: one for each instant, service, model, context size and operation. */
  readonly count: number
  readonly kpis: Readonly<Record<string, KpiStatistics>>
}

export interface Summary extends Totals {
  readonly models: Readonly<Record<string, Totals>>
  /** The same by model and operation: unlike operations are no mean. */
  readonly operations: readonly (Totals & { readonly model: string; readonly operation: string })[]
}

interface Row {
  readonly model: string | null
  /** Null for all operations together. */
  readonly operation: string | null
  readonly kpi: string | null
  readonly count: string
  readonly avg: number | null
  readonly min: number | null
  readonly max: number | null
  readonly samples: number | null
  readonly quantile: number | null
  readonly bucketed: number | null
}

/** Totals of a scope, all together, by model, and by model and operation, aggregated by Postgres. */
export async function summarise(
  pool: pg.Pool,
  scope: Scope,
  sources: Sources,
  kpis: Config['kpis'],
): Promise<Summary> {
  const judged = Object.values(kpis).flatMap(({ id, statistic }) =>
    isQuantile(statistic) ? [{ id, share: quantileOf(statistic) }] : [],
  )
  const { rows } = await pool.query<Row>(
    `${withAdded(scope)}, parts AS (
       SELECT series_id, kpi, sum(count) AS count, sum(total) AS total, min(least) AS least,
              max(greatest) AS greatest, sum(samples) AS samples, sum(samples_total) AS samples_total,
              sum(buckets) FILTER (WHERE kpi = ANY ($13)) AS buckets
       FROM added GROUP BY series_id, kpi
     ), taken AS (
       SELECT series_id, snapshots FROM series_6h WHERE start = ANY($7)
       UNION ALL
       SELECT series_id, snapshots FROM series_hourly WHERE hour = ANY($8)
       UNION ALL
       SELECT series_id, snapshots FROM series_5min WHERE start = ANY($9)
       UNION ALL
       SELECT single.* FROM unnest($10::timestamptz[], $11::timestamptz[]) AS span (since, until) CROSS JOIN LATERAL (
         SELECT series_id, count(*) FROM (
           SELECT DISTINCT at, series_id FROM snapshots WHERE at >= since AND at < until
         ) AS instants GROUP BY series_id
       ) AS single
     )
     SELECT model, operation, kpi, count, avg, min, max, samples, quantile_of_buckets(kpi, buckets, share) AS quantile,
            count_of_buckets(buckets) AS bucketed
     FROM (
       SELECT model, operation, kpi, sum(count) AS count,
              mean_of(sum(samples_total), sum(samples), sum(total), sum(count)) AS avg, min(least) AS min,
              max(greatest) AS max, sum(samples) AS samples, sum(buckets) AS buckets
       FROM parts JOIN scoped USING (series_id) GROUP BY GROUPING SETS ((kpi), (model, kpi), (model, operation, kpi))
     ) AS grouped LEFT JOIN unnest($13::text[], $14::float8[]) AS judged (kpi, share) USING (kpi)
     UNION ALL
     SELECT model, operation, NULL, sum(snapshots), NULL, NULL, NULL, NULL, NULL, NULL
     FROM taken JOIN scoped USING (series_id) GROUP BY GROUPING SETS ((), (model), (model, operation))`,
    [...addedParameters(scope, sources), judged.map(({ id }) => id), judged.map(({ share }) => share)],
  )
  const ofModels = rows.filter(({ operation }) => operation === null)
  const models = [...new Set(ofModels.map(({ model }) => model))].filter((model) => model !== null)
  const places = new Map(
    rows.flatMap(({ model, operation }) =>
      model === null || operation === null
        ? []
        : [[JSON.stringify([model, operation]), { model, operation }]],
    ),
  )
  return {
    ...totals(ofModels, null),
    models: Object.fromEntries(models.map((model) => [model, totals(ofModels, model)])),
    operations: [...places.values()]
      .sort((a, b) => compareText(a.model, b.model) || compareText(a.operation, b.operation))
      .map((place) => ({
        ...place,
        ...totals(
          rows.filter(({ operation }) => operation === place.operation),
          place.model,
        ),
      })),
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function totals(rows: readonly Row[], model: string | null): Totals {
  const own = rows.filter((row) => row.model === model)
  const statistics = own.flatMap(({ kpi, count, avg, min, max, samples, quantile, bucketed }) =>
    kpi === null ? [] : [[kpi, { avg, min, max, samples, snapshots: Number(count), quantile, bucketed }]],
  )
  return {
    count: Number(own.find(({ kpi }) => kpi === null)?.count ?? 0),
    kpis: Object.fromEntries(statistics),
  }
}
