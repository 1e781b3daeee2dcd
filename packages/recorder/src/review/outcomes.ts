import { type AlertKind, alertKindOf, type Rating } from '@mnemoscope/kpi'
import type pg from 'pg'
import { type Scope, scopeParameters } from '../database/scope.js'
import { RequestError } from '../http/error.js'
import type { Extremes, Fired } from './never-crossed.js'
import type { Outcome } from './review.js'

/** More are a mistake, and would fill the memory. */
const mostEpisodes = 100_000
/** The start of the bad operations is looked up for so many of the newest episodes: each lookup reads thousands of rows. */
const mostNoticed = 1_000

/** Alerts that operations can be bad for. */
const ofOperations: readonly AlertKind[] = ['threshold', 'trend', 'drift', 'burn']

/** Alerts without a model concern every model. */
const inPart = `($3::text IS NULL OR service = $3) AND ($4::text IS NULL OR model IS NULL OR model = $4)
  AND ($5::text IS NULL OR context_size IS NULL OR context_size = $5)
  AND ($6::text IS NULL OR operation IS NULL OR operation = $6)`

interface Row {
  readonly id: string
  readonly alert: string
  readonly level: string | null
  readonly kpi: string | null
  readonly service: string | null
  readonly model: string | null
  readonly context_size: string | null
  readonly operation: string | null
  readonly starts_at: number
  readonly to_acknowledge: number | null
  readonly to_recover: number | null
  readonly rating: Rating | null
  readonly is_flap: boolean
}

/**
 * What became of the episodes that began in a time, its end excluded, newest first.
 * @throws RequestError 400 where there are too many
 */
export async function outcomesIn(pool: pg.Pool, scope: Scope): Promise<Outcome[]> {
  const { rows } = await pool.query<Row>(
    `SELECT id, alert, level, metric_type AS kpi, service, model, context_size, operation,
       extract(epoch FROM "timestamp")::float8 AS starts_at, seconds_to_acknowledge AS to_acknowledge,
       seconds_to_recover AS to_recover, rating, is_flap
     FROM alert_outcomes WHERE "timestamp" >= $1 AND "timestamp" < $2 AND ${inPart}
     ORDER BY "timestamp" DESC, id DESC LIMIT ${mostEpisodes + 1}`,
    scopeParameters(scope),
  )
  if (rows.length > mostEpisodes) throw tooMany(scope)
  const noticed = await toNotice(pool, rows)
  return rows.map(({ id, starts_at, to_acknowledge, to_recover, is_flap, ...row }) => ({
    ...row,
    id: Number(id),
    startsAt: starts_at,
    toNotice: noticed.get(id) ?? null,
    toAcknowledge: to_acknowledge,
    toRecover: to_recover,
    isFlap: is_flap,
  }))
}

/** Seconds from the first bad operation to the firing, by episode; of the newest ones that have any. */
async function toNotice(pool: pg.Pool, episodes: readonly Row[]): Promise<Map<string, number>> {
  const ids = episodes
    .filter(({ alert, kpi }) => ofOperations.includes(alertKindOf(alert, kpi)))
    .slice(0, mostNoticed)
    .map(({ id }) => id)
  const { rows } = await pool.query<{ id: string; seconds: number }>(
    `SELECT id, extract(epoch FROM starts_at - at)::float8 AS seconds
     FROM alert_episodes CROSS JOIN LATERAL first_bad_operation(id) AS at
     WHERE id = ANY($1::bigint[]) AND at IS NOT NULL`,
    [ids],
  )
  return new Map(rows.map(({ id, seconds }) => [id, seconds]))
}

function tooMany({ from, to }: Scope): RequestError {
  return new RequestError(400, `query parameter from: more than ${mostEpisodes} alerts began in this time`, {
    value: from.toISOString(),
    expected: `at most ${mostEpisodes} alerts between from and ${to.toISOString()}`,
    next: 'Ask for a shorter time, or for one service.',
  })
}

/** The least and the greatest snapshot of each KPI at each place in a time. */
export async function extremesIn(pool: pg.Pool, scope: Scope): Promise<Extremes[]> {
  const { rows } = await pool.query<Extremes>(
    `SELECT kpi, service, model, context_size AS "contextSize", operation, lowest, highest
     FROM (
       SELECT kpi, series_id, min(lowest) AS lowest, max(highest) AS highest
       FROM window_values($1, $2) GROUP BY kpi, series_id
     ) AS added JOIN series ON series.id = added.series_id
     WHERE ${inPart}`,
    scopeParameters(scope),
  )
  return rows
}

/** The alerts of KPIs that fired at any moment of a time, once for each place. */
export async function firedIn(pool: pg.Pool, scope: Scope): Promise<Fired[]> {
  const { rows } = await pool.query<Fired>(
    `SELECT DISTINCT metric_type AS kpi, level, service, model, context_size, operation
     FROM alert_outcomes
     WHERE metric_type IS NOT NULL AND "timestamp" <= $2 AND (ends_at IS NULL OR ends_at >= $1) AND ${inPart}`,
    scopeParameters(scope),
  )
  return rows
}
