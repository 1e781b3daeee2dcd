import { type Config, durationSeconds } from '@mnemoscope/kpi'
import type pg from 'pg'
import { inScope, type Scope, scopeParameters } from '../dashboard/scope.js'

/** A single measurement as the API has it. */
export interface FoundMeasurement {
  readonly id: string
  /** Unix time in seconds. */
  readonly timestamp: number
  readonly metric_type: string
  readonly value: number | null
  readonly outcome: string | null
  readonly service: string
  readonly model: string
  readonly context_size: string
  readonly operation: string | null
  readonly severity: string | null
  readonly trace_id: string | null
  readonly span_id: string | null
  readonly metadata: Readonly<Record<string, unknown>>
}

const columns = `id, extract(epoch FROM at)::float8 AS timestamp, kpi AS metric_type, value, outcome, service, model,
  context_size, operation, severity, trace_id, span_id, metadata`

/** Measurements of a scope, newest first. */
export async function findMeasurements(
  pool: pg.Pool,
  scope: Scope,
  { kpi, most }: { kpi?: string | undefined; most: number },
): Promise<FoundMeasurement[]> {
  const { rows } = await pool.query<FoundMeasurement>(
    `SELECT ${columns} FROM measurements
     WHERE at >= $1 AND at <= $2 AND ${inScope} AND ($6::text IS NULL OR kpi = $6)
     ORDER BY at DESC, id LIMIT $7`,
    [...scopeParameters(scope), kpi ?? null, most],
  )
  return rows
}

/**
 * The worst measurements behind an alert episode: of its KPI, service, model and context size, from the beginning of
 * the window that its first value was computed over until its end.
 * @returns undefined where there is no such episode; none where it is of no KPI that the configuration knows
 */
export async function worstMeasurements(
  pool: pg.Pool,
  kpis: Config['kpis'],
  episodeId: string,
  most: number,
): Promise<FoundMeasurement[] | undefined> {
  const episodes = await pool.query<{ kpi: string | null }>('SELECT kpi FROM alert_episodes WHERE id = $1', [
    episodeId,
  ])
  const [episode] = episodes.rows
  if (episode === undefined) return undefined
  const kpi = kpis[episode.kpi ?? '']
  if (kpi === undefined) return []
  const worstFirst = kpi.direction === 'higher_is_better' ? 'ASC' : 'DESC'
  const { rows } = await pool.query<FoundMeasurement>(
    `SELECT ${columns} FROM measurements
     WHERE value IS NOT NULL AND (kpi, service, model, context_size) = (
         SELECT kpi, service, model, context_size FROM alert_episodes WHERE id = $1
       )
       AND at >= (SELECT starts_at FROM alert_episodes WHERE id = $1) - make_interval(secs => $2)
       AND at <= coalesce((SELECT ends_at FROM alert_episodes WHERE id = $1), now())
     ORDER BY measurements.value ${worstFirst}, at LIMIT $3`,
    [episodeId, durationSeconds(kpi.window), most],
  )
  return rows
}
