import type { Config } from '@mnemoscope/kpi'
import type pg from 'pg'
import { kpiOf } from '../config/kpi-of.js'
import { inScope, type Scope, scopeParameters } from '../dashboard/scope.js'

/** What a figure is about. */
export interface Place {
  readonly kpi: string
  readonly service: string
  readonly model: string
  readonly context_size: string
}

/** A KPI of one service, model and context size over a time. */
export interface ModelFigures extends Place {
  /** Snapshots with a value. */
  readonly snapshots: number
  readonly mean: number
  readonly lowest: number
  readonly highest: number
}

/** Measurements that were kept, of one operation, evaluator and structure: breaches always are, others are sampled. */
export interface MeasurementFigures extends Place {
  readonly operation: string | null
  /** `metadata.evaluator` of the measurements: who judged them. */
  readonly evaluator: string | null
  /** `metadata.structure` of the measurements: what the benchmark they are from was of. */
  readonly structure: string | null
  readonly measurements: number
  readonly breaches: number
  readonly median: number
  readonly p95: number
}

/** A KPI over a time beside the same time a week earlier. */
export interface WeekFigures extends Place {
  readonly snapshots: number | null
  readonly mean: number | null
  readonly snapshots_before: number | null
  readonly mean_before: number | null
  /** Share by which the mean moved. */
  readonly change: number | null
  /** By the KPI's own sense of better; null where it did not move or a side is missing. */
  readonly improved: boolean | null
}

/** A moment at which a KPI changed for good. */
export interface ChangePoint extends Place {
  /** Hour at which the new level begins, Unix seconds. */
  readonly at: number
  /** Probability of such an order of values without a change. */
  readonly p_value: number
  /** Medians of the day before and the day after. */
  readonly before: number
  readonly after: number
  readonly improved: boolean | null
}

type Kpis = Config['kpis']

const wanted = `${inScope} AND ($6::text IS NULL OR kpi = $6)`
const place = 'kpi, service, model, context_size'

function parameters(scope: Scope, kpi: string | undefined): unknown[] {
  return [...scopeParameters(scope), kpi ?? null]
}

/** Models side by side, of each KPI the best first. */
export async function compareModels(
  pool: pg.Pool,
  kpis: Kpis,
  scope: Scope,
  kpi: string | undefined,
): Promise<ModelFigures[]> {
  const { rows } = await pool.query<ModelFigures>(
    `SELECT ${place}, snapshots::float8 AS snapshots, mean, lowest, highest FROM compare_models($1, $2) WHERE ${wanted}`,
    parameters(scope, kpi),
  )
  return rows.toSorted(
    (a, b) =>
      compareText(a.kpi, b.kpi) || better(kpis, a.kpi, a.mean, b.mean) || compareText(a.model, b.model),
  )
}

/** Kept measurements side by side, operations, evaluators and structures apart. */
export async function compareMeasurements(
  pool: pg.Pool,
  scope: Scope,
  kpi: string | undefined,
): Promise<MeasurementFigures[]> {
  const { rows } = await pool.query<MeasurementFigures>(
    `SELECT ${place}, operation, evaluator, structure, measurements::float8 AS measurements, breaches::float8 AS breaches, median, p95
     FROM compare_measurements($1, $2) WHERE ${wanted} ORDER BY ${place}, operation, evaluator, structure`,
    parameters(scope, kpi),
  )
  return rows
}

/** A time beside the same time a week earlier, what moved furthest first. */
export async function compareWeeks(
  pool: pg.Pool,
  kpis: Kpis,
  scope: Scope,
  kpi: string | undefined,
): Promise<WeekFigures[]> {
  const { rows } = await pool.query<Omit<WeekFigures, 'improved'>>(
    `SELECT ${place}, snapshots::float8 AS snapshots, mean, snapshots_before::float8 AS snapshots_before, mean_before, change
     FROM compare_weeks($1, $2) WHERE ${wanted} ORDER BY abs(change) DESC NULLS LAST, ${place}`,
    parameters(scope, kpi),
  )
  return rows.map((row) => ({ ...row, improved: improved(kpis, row.kpi, row.mean_before, row.mean) }))
}

/** When KPIs changed for good, newest first. */
export async function changePoints(
  pool: pg.Pool,
  kpis: Kpis,
  scope: Scope,
  kpi: string | undefined,
): Promise<ChangePoint[]> {
  const { rows } = await pool.query<Omit<ChangePoint, 'improved'>>(
    `SELECT ${place}, extract(epoch FROM at)::float8 AS at, p_value, before, after
     FROM change_points($1, $2, $6, $4) WHERE ${wanted} ORDER BY at DESC, ${place}`,
    parameters(scope, kpi),
  )
  return rows.map((row) => ({ ...row, improved: improved(kpis, row.kpi, row.before, row.after) }))
}

/** Whether a KPI's second value is better than its first; null where nothing can be said. */
export function improved(
  kpis: Kpis,
  kpi: string,
  before: number | null,
  after: number | null,
): boolean | null {
  if (before === null || after === null || kpiOf(kpis, kpi) === undefined) return null
  const order = better(kpis, kpi, before, after)
  return order === 0 ? null : order > 0
}

/** Above 0 where `after` is the better value, below where it is the worse one. */
function better(kpis: Kpis, kpi: string, before: number, after: number): number {
  const risen = Math.sign(after - before)
  return kpiOf(kpis, kpi)?.direction === 'higher_is_better' ? risen : -risen
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
