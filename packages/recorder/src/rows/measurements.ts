import type pg from 'pg'
import { z } from 'zod'
import { inScope, type Scope, scopeParameters } from '../dashboard/scope.js'
import { exactTime, type RowSource } from './source.js'

/** A single measurement as the API gives it. */
export const measurementSchema = z.object({
  id: z.string(),
  timestamp: z.number().describe('When it was measured, Unix seconds.'),
  metric_type: z.string().describe('Id of the KPI.'),
  value: z.number().nullable().describe('Null for an outcome that stays out of its ratio.'),
  outcome: z.string().nullable().describe('The outcome, for a KPI that counts them.'),
  service: z.string(),
  model: z.string(),
  context_size: z.string().describe('Class of context sizes: tokens, or +Inf.'),
  operation: z.string().nullable(),
  severity: z.string().nullable().describe('Level whose threshold it is at or beyond.'),
  trace_id: z.string().nullable(),
  span_id: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()),
})

export type FoundMeasurement = Readonly<z.output<typeof measurementSchema>>

/** The columns of a `FoundMeasurement`. */
export const measurementColumns = `id, extract(epoch FROM at)::float8 AS timestamp, kpi AS metric_type, value, outcome,
  service, model, context_size, operation, severity, trace_id, span_id, metadata`

/** The measurements of a scope that were kept. */
export function measurementRows(
  pool: pg.Pool,
  scope: Scope,
  kpi: string | undefined,
): RowSource<FoundMeasurement> {
  return {
    schema: measurementSchema,
    keys: [/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/],
    async read(window, after, most) {
      const { rows } = await pool.query<FoundMeasurement & { exact: string }>(
        `SELECT ${measurementColumns}, ${exactTime('at')} AS exact FROM measurements
         WHERE at >= $1 AND at <= $2 AND ${inScope} AND ($6::text IS NULL OR kpi = $6)
           AND ($7::timestamptz IS NULL OR (at <= $7 AND (at, id) < ($7, $8::uuid)))
         ORDER BY at DESC, id DESC LIMIT $9`,
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
