import { type Config, durationSeconds, severityOf, thresholdSeverities, thresholdsAt } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'
import { kpiOf } from '../config/source.js'
import { inScope, type Scope, scopeParameters } from '../database/scope.js'
import { operationAnswer } from '../http/place.js'
import type { DataOf } from '../http/route.js'
import { snapshotFigures, valueAnswer } from '../snapshots/figures.js'
import { fiveMinutes, levelsFor } from '../snapshots/rollup.js'

/** One snapshot in the specification's layout: a property for each KPI, null where unknown. */
export const recentSnapshot = z
  .object({
    timestamp: z.number().describe('Unix seconds.'),
    service: z.string(),
    model: z.string(),
    context_size: z.string().describe('Class of context sizes: tokens, or +Inf.'),
    operation: operationAnswer,
    metadata: z.strictObject({ samples: z.record(z.string(), z.number().nullable()) }),
  })
  .catchall(valueAnswer)
export type RecentSnapshot = DataOf<typeof recentSnapshot>

/** A KPI of the newest snapshot of a series, and how bad it is. */
const currentKpi = z.strictObject({
  ...snapshotFigures,
  last_operation: z
    .number()
    .nullable()
    .describe(
      'When its newest operation was counted, Unix seconds: the time of the snapshot, or of an older one, to five ' +
        'minutes. Null where there is none that the value can be of.',
    ),
  severity: z
    .enum(thresholdSeverities)
    .nullable()
    .describe('The worst level whose threshold the value breaches; null for none.'),
  thresholds: z
    .partialRecord(z.enum(thresholdSeverities), z.number())
    .describe('The thresholds for this model, context size and operation.'),
})
export type CurrentKpi = DataOf<typeof currentKpi>

/** The newest snapshot of a series. */
export const currentSnapshot = z.strictObject({
  timestamp: z.number().describe('Unix seconds.'),
  service: z.string(),
  model: z.string(),
  context_size: z.string().describe('Class of context sizes: tokens, or +Inf.'),
  operation: operationAnswer,
  kpis: z.record(z.string(), currentKpi),
})
export type CurrentSnapshot = DataOf<typeof currentSnapshot>

type StoredKpi = Omit<CurrentKpi, 'last_operation' | 'severity' | 'thresholds'>

/** What is stored of a KPI: value, samples, mean, p50, p95, p99, max. Objects would take Postgres twice the time. */
type StoredFigures = readonly [Figure, Figure, Figure, Figure, Figure, Figure, Figure]
type Figure = number | null

interface Row {
  readonly at: Date
  readonly series_id: number
  readonly service: string
  readonly model: string
  readonly context_size: string
  readonly operation: string
  readonly context_tokens: number | null
  readonly kpis: Record<string, StoredFigures>
}

const asRow = `SELECT at, series.id AS series_id, service, model, context_size, context_tokens, operation,
  json_object_agg(kpi, json_build_array(value, samples, mean, p50, p95, p99, snapshots.max)) AS kpis`

/** The `most` newest snapshots of a scope, newest first. */
export async function recentSnapshots(
  pool: pg.Pool,
  scope: Scope,
  kpiIds: readonly string[],
  most: number,
): Promise<RecentSnapshot[]> {
  const { rows } = await pool.query<Row>(
    `WITH newest AS (
       SELECT at, series_id FROM snapshots JOIN series ON series.id = snapshots.series_id
       WHERE at >= $1 AND at <= $2 AND ${inScope}
       GROUP BY at, series_id ORDER BY at DESC, series_id LIMIT $7
     )
     ${asRow} FROM newest JOIN snapshots USING (at, series_id) JOIN series ON series.id = series_id
     GROUP BY at, series.id ORDER BY at DESC, service, model, context_tokens NULLS LAST, operation`,
    [...scopeParameters(scope), most],
  )
  const unknown = Object.fromEntries(kpiIds.map((id) => [id, null]))
  return rows.map(({ at, service, model, context_size, operation, kpis }) => ({
    timestamp: at.getTime() / 1_000,
    service,
    model,
    context_size,
    operation,
    ...unknown,
    ...Object.fromEntries(Object.entries(kpis).map(([id, stored]) => [id, storedKpi(stored).value])),
    metadata: {
      samples: Object.fromEntries(
        Object.entries(kpis).map(([id, stored]) => [id, storedKpi(stored).samples]),
      ),
    },
  })) as unknown as RecentSnapshot[]
}

/** The newest snapshot of every series in the scope, each KPI judged by its current thresholds. */
export async function currentSnapshots(
  pool: pg.Pool,
  scope: Scope,
  { kpis, snapshotInterval }: Pick<Config, 'kpis' | 'snapshotInterval'>,
): Promise<CurrentSnapshot[]> {
  const { rows } = await pool.query<Row>(
    `WITH newest AS (
       SELECT series_id, max(at) AS at FROM snapshots JOIN series ON series.id = snapshots.series_id
       WHERE at >= $1 AND at <= $2 AND ${inScope} GROUP BY series_id
     )
     ${asRow} FROM newest JOIN snapshots USING (at, series_id) JOIN series ON series.id = series_id
     GROUP BY at, series.id ORDER BY service, model, context_tokens NULLS LAST, operation`,
    scopeParameters(scope),
  )
  const isOld = ([id, given]: [string, StoredFigures]) => {
    const { samples, value } = storedKpi(given)
    return value !== null && (samples ?? 0) === 0 && kpiOf(kpis, id)?.instrument !== 'gauge'
  }
  const idle = rows.filter(({ kpis: stored }) => Object.entries(stored).some(isOld))
  const lastOperations =
    idle.length === 0
      ? new Map<string, number>()
      : await lastOperationsOf(pool, idle, scope.to, {
          expiryMs: 1_000 * Math.max(...Object.values(kpis).map(({ expiry }) => durationSeconds(expiry))),
          intervalMs: 1_000 * durationSeconds(snapshotInterval),
        })
  return rows.map((row) => ({
    timestamp: row.at.getTime() / 1_000,
    service: row.service,
    model: row.model,
    context_size: row.context_size,
    operation: row.operation,
    kpis: Object.fromEntries(
      Object.entries(row.kpis).map(([id, given]) => {
        const stored = storedKpi(given)
        const last = isOld([id, given])
          ? lastOperations.get(`${row.series_id} ${id}`)
          : stored.value === null
            ? undefined
            : row.at.getTime() / 1_000
        return [id, { ...judged(stored, kpiOf(kpis, id), row), last_operation: last ?? null }]
      }),
    ),
  }))
}

/** Single snapshots are looked through for so long: those before it are in roll-ups. */
const unrolledMs = 3 * fiveMinutes.ms

/** When series without new operations had their newest, Unix seconds by series and KPI, as far back as a value can stand. */
async function lastOperationsOf(
  pool: pg.Pool,
  idle: readonly Pick<Row, 'series_id'>[],
  to: Date,
  { expiryMs, intervalMs }: { readonly expiryMs: number; readonly intervalMs: number },
): Promise<Map<string, number>> {
  const from = to.getTime() - expiryMs
  const isRolledUp = levelsFor(intervalMs).includes(fiveMinutes)
  const newest = Math.floor((to.getTime() - unrolledMs) / fiveMinutes.ms) * fiveMinutes.ms
  const single = isRolledUp ? Math.max(from, newest) : from
  const { rows } = await pool.query<{ series_id: number; kpi: string; at: number }>(
    `SELECT series_id, kpi, extract(epoch FROM max(at))::float8 AS at FROM (
       SELECT start + interval '5 min' AS at, series_id, kpi FROM snapshots_5min
       WHERE start >= $1 AND start < $2 AND series_id = ANY($4) AND samples > 0
       UNION ALL
       SELECT at, series_id, kpi FROM snapshots
       WHERE at >= $2 AND at <= $3 AND series_id = ANY($4) AND samples > 0
     ) AS counted GROUP BY 1, 2`,
    [new Date(from), new Date(single), to, idle.map(({ series_id: id }) => id)],
  )
  return new Map(rows.map(({ series_id: id, kpi, at }) => [`${id} ${kpi}`, at]))
}

function storedKpi([value, samples, mean, p50, p95, p99, max]: StoredFigures): StoredKpi {
  return { value, samples, mean, p50, p95, p99, max }
}

function judged(
  stored: StoredKpi,
  kpi: Config['kpis'][string] | undefined,
  row: Row,
): Omit<CurrentKpi, 'last_operation'> {
  if (kpi === undefined) return { ...stored, severity: null, thresholds: {} }
  const { model, context_size: contextSize, operation } = row
  const thresholds = thresholdsAt(kpi, { model, contextSize, operation })
  const severity = stored.value === null ? undefined : severityOf(kpi.direction, thresholds, stored.value)
  return { ...stored, severity: severity ?? null, thresholds }
}
