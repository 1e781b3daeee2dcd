import { type Config, extremeText, meanText, quantileText } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'
import { kpiOf } from '../config/source.js'
import { inScope, type Scope, scopeParameters } from '../database/scope.js'
import { operationAnswer } from '../http/place.js'
import type { DataOf } from '../http/route.js'

/** What a figure is about. */
const placeAnswer = {
  kpi: z.string(),
  service: z.string(),
  model: z.string(),
  context_size: z.string().describe('Class of context sizes: tokens, or +Inf.'),
  operation: operationAnswer,
}

const samplesAnswer = z
  .number()
  .nullable()
  .describe('Operations that the mean is over, of a gauge its readings; null where none is known.')

const quantileAnswer = z
  .number()
  .nullable()
  .describe('Of all operations of the time together; null unless the KPI is a distribution.')

/** A KPI of one service, model, context size and operation over a time. */
export const modelFigures = z.strictObject({
  ...placeAnswer,
  snapshots: z.number().describe('Snapshots with a value.'),
  samples: samplesAnswer,
  mean: z.number().nullable().describe('Over the samples; over the snapshots where these are unknown.'),
  mean_of: z.string().nullable().describe('The same in words: `mean of 4,131 operations`.'),
  lowest: z.number().nullable().describe("Of the snapshots' values."),
  lowest_of: z.string().describe('In words: `lowest snapshot p95`.'),
  highest: z.number().nullable(),
  highest_of: z.string(),
  p50: quantileAnswer,
  p95: quantileAnswer,
  p99: quantileAnswer,
  quantiles_of: z
    .string()
    .nullable()
    .describe('What these are of, in words: `p50, p95 and p99 of 4,131 operations`.'),
})
export type ModelFigures = DataOf<typeof modelFigures>

const estimate = z.number().nullable()

/**
 * Measurements of one operation, evaluator and structure, estimated from those that were kept: breaches always are, others
 * are sampled, and each counts by its weight.
 */
export const measurementFigures = z.strictObject({
  ...placeAnswer,
  evaluator: z.string().nullable().describe('`metadata.evaluator` of the measurements: who judged them.'),
  structure: z
    .string()
    .nullable()
    .describe('`metadata.structure` of the measurements: what the benchmark they are from was of.'),
  measurements: z.number().describe('Those that were kept.'),
  breaches: z.number().describe('Of them, those at or beyond a threshold: all of these are kept.'),
  sampled: z.number().describe('Of them, those of a sample.'),
  stands_for: estimate.describe(
    'How many there were, estimated. Null, as everything after it, where part was left out and fewer than 10 of a sample were kept.',
  ),
  estimate_of: z
    .string()
    .describe('What the estimates are of, in words: `about 4,200 measurements, of which 431 were kept`.'),
  mean: estimate,
  mean_error: estimate.describe('Standard error of the mean; 0 where everything was kept.'),
  median: estimate,
  median_low: estimate.describe('The true median lies between low and high in 95 of 100 samples.'),
  median_high: estimate.describe('Null where it may lie beyond everything that was kept.'),
  p95: estimate,
  p95_low: estimate,
  p95_high: estimate,
})
export type MeasurementFigures = DataOf<typeof measurementFigures>

const improvedAnswer = z
  .boolean()
  .nullable()
  .describe("By the KPI's own sense of better; null where it did not move or a side is missing.")

/** A KPI over a time beside the same time a week earlier. */
export const weekFigures = z.strictObject({
  ...placeAnswer,
  snapshots: z.number().nullable(),
  samples: samplesAnswer,
  mean: z.number().nullable(),
  mean_of: z.string().nullable().describe('What the mean is of, in words.'),
  snapshots_before: z.number().nullable(),
  samples_before: samplesAnswer,
  mean_before: z.number().nullable(),
  mean_before_of: z.string().nullable(),
  p95: quantileAnswer,
  p95_before: quantileAnswer,
  change: z.number().nullable().describe('Share by which the mean moved.'),
  improved: improvedAnswer,
})
export type WeekFigures = DataOf<typeof weekFigures>

/** A moment at which a KPI changed for good. */
export const changePoint = z.strictObject({
  ...placeAnswer,
  at: z.number().describe('Hour at which the new level begins, Unix seconds.'),
  p_value: z.number().describe('Probability of such an order of values without a change.'),
  before: z.number().describe('Median of the day before.'),
  after: z.number().describe('Median of the day after.'),
  improved: improvedAnswer,
})
export type ChangePoint = DataOf<typeof changePoint>

type Kpis = Config['kpis']

const wanted = `${inScope} AND ($7::text IS NULL OR kpi = $7)`
const place = 'kpi, service, model, context_size, operation'

function parameters(scope: Scope, kpi: string | undefined): unknown[] {
  return [...scopeParameters(scope), kpi ?? null]
}

/** The order of models: by KPI, the best first, and those of an unknown mean last. */
export function bestFirst(kpis: Kpis) {
  return (a: Ranked, b: Ranked): number =>
    compareText(a.kpi, b.kpi) ||
    Number(a.mean === null) - Number(b.mean === null) ||
    better(kpis, a.kpi, a.mean ?? 0, b.mean ?? 0) ||
    compareText(a.model, b.model)
}

type Ranked = Pick<ModelFigures, 'kpi' | 'model' | 'mean'>

/** Models side by side, of each KPI the best first. */
export async function compareModels(
  pool: pg.Pool,
  kpis: Kpis,
  scope: Scope,
  kpi: string | undefined,
): Promise<ModelFigures[]> {
  const { rows } = await pool.query<
    Omit<ModelFigures, 'mean_of' | 'lowest_of' | 'highest_of' | 'quantiles_of'> & {
      readonly bucketed: number | null
    }
  >(
    `SELECT ${place}, snapshots::float8 AS snapshots, samples, mean, lowest, highest, p50, p95, p99,
       count_of_buckets(buckets) AS bucketed
     FROM compare_models($1, $2) WHERE ${wanted}`,
    parameters(scope, kpi),
  )
  return rows.toSorted(bestFirst(kpis)).map(({ bucketed, ...row }) => ({
    ...row,
    mean_of: meanText(kpiOf(kpis, row.kpi), row, 'model'),
    lowest_of: extremeText(kpiOf(kpis, row.kpi), 'lowest'),
    highest_of: extremeText(kpiOf(kpis, row.kpi), 'highest'),
    quantiles_of: bucketed === null ? null : `p50, p95 and ${quantileText('p99', bucketed)}`,
  }))
}

/** Measurements side by side, estimated from those that were kept; operations, evaluators and structures apart. */
export async function compareMeasurements(
  pool: pg.Pool,
  scope: Scope,
  kpi: string | undefined,
): Promise<MeasurementFigures[]> {
  const { rows } = await pool.query<Omit<MeasurementFigures, 'estimate_of'>>(
    `SELECT ${place}, evaluator, structure, measurements::float8 AS measurements, breaches::float8 AS breaches,
       sampled::float8 AS sampled, stands_for, mean, mean_error, median, median_low, median_high, p95, p95_low, p95_high
     FROM compare_measurements($1, $2) WHERE ${wanted} ORDER BY ${place}, evaluator, structure`,
    parameters(scope, kpi),
  )
  return rows.map((row) => ({ ...row, estimate_of: estimateText(row) }))
}

/** What the estimates are of, in words. */
export function estimateText({
  measurements,
  stands_for: all,
}: Pick<MeasurementFigures, 'measurements' | 'stands_for'>): string {
  const text = (number: number) => Math.round(number).toLocaleString('en-US')
  if (all === null) return `unknown: ${text(measurements)} kept, too few of them a sample`
  if (Math.round(all) === measurements) return `all ${text(all)} measurements`
  return `about ${text(all)} measurements, of which ${text(measurements)} were kept`
}

/** A time beside the same time a week earlier, what moved furthest first. */
export async function compareWeeks(
  pool: pg.Pool,
  kpis: Kpis,
  scope: Scope,
  kpi: string | undefined,
): Promise<WeekFigures[]> {
  const { rows } = await pool.query<Omit<WeekFigures, 'improved' | 'mean_of' | 'mean_before_of'>>(
    `SELECT ${place}, snapshots::float8 AS snapshots, samples, mean, snapshots_before::float8 AS snapshots_before,
       samples_before, mean_before, change, p95, p95_before
     FROM compare_weeks($1, $2) WHERE ${wanted} ORDER BY abs(change) DESC NULLS LAST, ${place}`,
    parameters(scope, kpi),
  )
  return rows.map((row) => ({
    ...row,
    mean_of: meanText(kpiOf(kpis, row.kpi), row, 'model'),
    mean_before_of: meanText(
      kpiOf(kpis, row.kpi),
      { samples: row.samples_before, snapshots: row.snapshots_before },
      'model',
    ),
    improved: improved(kpis, row.kpi, row.mean_before, row.mean),
  }))
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
     FROM change_points($1, $2, $7, $4) WHERE ${wanted} ORDER BY at DESC, ${place}`,
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
