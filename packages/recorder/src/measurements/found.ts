import type pg from 'pg'
import { z } from 'zod'
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
