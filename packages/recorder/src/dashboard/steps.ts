import type pg from 'pg'
import { z } from 'zod'
import type { Scope } from '../database/scope.js'
import { operationAnswer } from '../http/place.js'
import type { DataOf } from '../http/route.js'
import { fiveMinutes, hours, levelsFor, sixHours } from '../snapshots/rollup.js'
import { addedParameters, rowByRow, type Sources, sourcesOf, withAdded } from './sources.js'

/** How a time is divided for a chart, and where its snapshots are read from. */
export interface StepPlan {
  readonly stepSeconds: number
  readonly sources: Sources
}

/** One series of one KPI for a chart. */
export const curveAnswer = z.strictObject({
  service: z.string(),
  model: z.string(),
  context_size: z.string(),
  operation: operationAnswer,
  points: z
    .array(z.tuple([z.number(), z.number(), z.number(), z.number()]))
    .describe(
      "Unix seconds, and mean, least and greatest of the snapshots' values of each step, such as the p95 of latency; " +
        'steps without a value are left out.',
    ),
})
export type SeriesCurve = DataOf<typeof curveAnswer>

/**
 * Length of a step, in seconds, for at most `mostPoints` of them: a multiple of the snapshot interval, as finer
 * steps would hold nothing.
 */
export function stepFor({ from, to }: Scope, intervalSeconds: number, mostPoints: number): number {
  const span = (to.getTime() - from.getTime()) / 1_000
  // The edges of the scope lie within steps, which makes one more.
  return Math.max(1, Math.ceil(span / intervalSeconds / Math.max(1, mostPoints - 1))) * intervalSeconds
}

const hour = hours.ms / 1_000

export interface StepLimits {
  readonly intervalSeconds: number
  /** At most this many steps. */
  readonly mostPoints: number
  /** Rows of snapshots, or of what they are added up to, that may be read at each look. */
  readonly mostRows: number
}

/**
 * Steps of a chart, the shortest that are not too much to read: of single snapshots, of five minutes, of whole hours, or of six
 * hours. A week or less has none of six hours, half a day none of whole ones, and an hour is read row by row: few points would be
 * left.
 * Of a time from which no single snapshots are kept there are whole hours or more only.
 * @param scope from its first data on, as `livedScope` has it
 */
export async function planSteps(
  pool: pg.Pool,
  scope: Scope,
  { intervalSeconds, mostPoints, mostRows }: StepLimits,
): Promise<StepPlan> {
  const stepSeconds = stepFor(scope, intervalSeconds, mostPoints)
  const span = (scope.to.getTime() - scope.from.getTime()) / 1_000
  const { rows, areFromBegin } = await singleIn(pool, scope)
  if (stepSeconds < hour && areFromBegin) {
    const areFewer = levelsFor(1_000 * intervalSeconds).includes(fiveMinutes)
    const short = fiveMinutes.ms / 1_000
    if (rows <= mostRows || span < hour || (span < 12 * hour && !areFewer)) {
      return { stepSeconds, sources: rowByRow(scope) }
    }
    if (areFewer && (span < 12 * hour || (rows * intervalSeconds) / short <= mostRows)) {
      const sources = await sourcesOf(pool, scope, fiveMinutes)
      return { stepSeconds: stepFor(scope, short, mostPoints), sources }
    }
  }
  return wholeHours(pool, scope, mostPoints, span > 168 * hour && (rows * intervalSeconds) / hour > mostRows)
}

/** Steps of whole hours, or of six where they would be as long, or where the hours are too many to read. */
export async function wholeHours(
  pool: pg.Pool,
  scope: Scope,
  mostPoints: number,
  areTooMany: boolean,
): Promise<StepPlan> {
  const ofHours = stepFor(scope, hour, mostPoints)
  const long = sixHours.ms / 1_000
  const isLong = areTooMany || ofHours >= long
  return {
    stepSeconds: isLong ? stepFor(scope, long, mostPoints) : ofHours,
    sources: await sourcesOf(pool, scope, isLong ? sixHours : hours),
  }
}

/**
 * Rows of single snapshots in a window, of any series (they lie by time, so all of them are passed over), and whether
 * they reach back to its begin.
 */
async function singleIn(
  pool: pg.Pool,
  { from, to }: Scope,
): Promise<{ rows: number; areFromBegin: boolean }> {
  const { rows } = await pool.query<{ rows: number; areFromBegin: boolean }>(
    `SELECT coalesce(sum(rows), 0)::float8 AS rows,
       coalesce(min(at) FILTER (WHERE rows > 0) < $1::timestamptz + interval '1 hour', false) AS "areFromBegin"
     FROM snapshot_instants WHERE at >= $1 AND at <= $2`,
    [from, to],
  )
  return rows[0] ?? { rows: 0, areFromBegin: false }
}

/**
 * Common table expressions for `stepParameters`: `steps (kpi, series_id, step, mean, least, greatest)`, a row for each
 * step of each series that has a value. Each step keeps its least and greatest: a spike is never averaged away.
 */
export function withSteps(scope: Scope): string {
  return `${withAdded(scope)}, steps AS MATERIALIZED (
    SELECT kpi, series_id, date_bin(make_interval(secs => $13), at, 'epoch') AS step, sum(total) / sum(count) AS mean,
           min(least) AS least, max(greatest) AS greatest
    FROM added WHERE count > 0 GROUP BY 1, 2, 3
  )`
}

/** The steps of a series, as `SeriesCurve` has them. */
export const pointsOfSteps = `json_agg(
    json_build_array(extract(epoch FROM step)::bigint, mean, least, greatest) ORDER BY step
  ) AS points`

/** Parameters `$1` to `$13` for `withSteps`. */
export function stepParameters(scope: Scope, { stepSeconds, sources }: StepPlan, kpi?: string): unknown[] {
  return [...addedParameters(scope, sources, kpi), stepSeconds]
}
