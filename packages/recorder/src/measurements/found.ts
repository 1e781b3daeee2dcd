import { type Config, durationSeconds } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'
import { kpiOf } from '../config/source.js'
import { inScope, type Scope, scopeParameters } from '../database/scope.js'
import { operationAnswer } from '../http/place.js'
import type { DataOf } from '../http/route.js'
import { exactTime, type RowSource } from '../http/rows.js'

/** A single measurement as the API gives it. */
export const measurementAnswer = z.strictObject({
  id: z.string(),
  timestamp: z.number().describe('When it was measured, Unix seconds.'),
  metric_type: z.string().describe('Id of the KPI.'),
  value: z.number().nullable().describe('Null for an outcome that stays out of its ratio.'),
  outcome: z.string().nullable().describe('The outcome, for a KPI that counts them.'),
  service: z.string(),
  model: z.string(),
  context_size: z.string().describe('Class of context sizes: tokens, or +Inf.'),
  operation: operationAnswer,
  severity: z.string().nullable().describe('Level whose threshold it is at or beyond.'),
  weight: z.number().describe('How many measurements it stands for: 1 for a breach, which is always kept.'),
  sampling: z
    .number()
    .describe('Share of the measurements that are no breaches that its service kept, 0 to 1.'),
  trace_id: z.string().nullable(),
  span_id: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()),
})

export type FoundMeasurement = DataOf<typeof measurementAnswer>

/** The columns of a `FoundMeasurement`. */
export const measurementColumns = `id, extract(epoch FROM at)::float8 AS timestamp, kpi AS metric_type, value, outcome,
  service, model, context_size, operation, severity, weight, sampling, trace_id, span_id, metadata`

/** The measurements of a scope that were kept. */
export function measurementRows(
  pool: pg.Pool,
  scope: Scope,
  kpi: string | undefined,
): RowSource<FoundMeasurement> {
  return {
    schema: measurementAnswer,
    keys: [/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/],
    async read(window, after, most) {
      const { rows } = await pool.query<FoundMeasurement & { exact: string }>(
        `SELECT ${measurementColumns}, ${exactTime('at')} AS exact FROM measurements
         WHERE at >= $1 AND at <= $2 AND ${inScope} AND ($7::text IS NULL OR kpi = $7)
           AND ($8::timestamptz IS NULL OR (at <= $8 AND (at, id) < ($8, $9::uuid)))
         ORDER BY at DESC, id DESC LIMIT $10`,
        [
          ...scopeParameters({ ...scope, ...window }),
          kpi ?? null,
          after?.at ?? null,
          after?.key[0] ?? null,
          most,
        ],
      )
      return rows.map(({ exact, ...row }) => ({ row, position: { at: exact, key: [row.id] } }))
    },
  }
}

interface Episode {
  readonly kpi: string | null
  readonly service: string | null
  readonly model: string | null
  readonly context_size: string | null
  readonly operation: string | null
}

/** Parts of a place; an alert that concerns, say, every model has no model. */
const parts = ['service', 'model', 'context_size', 'operation'] as const

/**
 * The worst measurements behind an alert episode: of its KPI, and of its service, model, context size and operation where it has
 * them, from the oldest that its first value may remember until its end.
 * @returns undefined where there is no such episode; none where it is of no KPI that the configuration knows
 */
export async function worstMeasurements(
  pool: pg.Pool,
  kpis: Config['kpis'],
  episodeId: string,
  most: number,
): Promise<FoundMeasurement[] | undefined> {
  const episodes = await pool.query<Episode>(
    'SELECT kpi, service, model, context_size, operation FROM alert_episodes WHERE id = $1',
    [episodeId],
  )
  const [episode] = episodes.rows
  if (episode === undefined) return undefined
  const kpi = kpiOf(kpis, episode.kpi)
  if (kpi === undefined) return []
  const worstFirst = kpi.direction === 'higher_is_better' ? 'ASC' : 'DESC'
  // An alert whose labels name no operation is of all of them: rules of others may add operations up.
  const given = parts.filter((part) => episode[part] !== null && episode[part] !== '')
  const here = given.map((part, i) => `AND ${part} = $${i + 5}`).join(' ')
  const { rows } = await pool.query<FoundMeasurement>(
    `SELECT ${measurementColumns} FROM measurements
     WHERE value IS NOT NULL AND kpi = $4 ${here}
       AND at >= (SELECT starts_at FROM alert_episodes WHERE id = $1) - make_interval(secs => $2)
       AND at <= coalesce((SELECT ends_at FROM alert_episodes WHERE id = $1), now())
     ORDER BY measurements.value ${worstFirst}, at LIMIT $3`,
    [episodeId, durationSeconds(kpi.expiry), most, kpi.id, ...given.map((part) => episode[part])],
  )
  return rows
}
