import type pg from 'pg'
import { createPartitions, dayOf } from '../database/partitions.js'
import type { Measurement } from './measurement.js'

/** Stores measurements; those that are stored already stay as they are. @returns how many were new */
export async function storeMeasurements(
  pool: pg.Pool,
  measurements: readonly Measurement[],
): Promise<number> {
  if (measurements.length === 0) return 0
  await createPartitions(pool, 'measurements', [...new Set(measurements.map(({ at }) => dayOf(at)))])
  const { rowCount } = await pool.query(
    `INSERT INTO measurements (at, id, kpi, value, outcome, service, model, context_size, operation, severity,
       trace_id, span_id, metadata, weight, sampling)
     SELECT * FROM unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::float8[], $5::text[], $6::text[], $7::text[],
       $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::jsonb[],
       $14::float8[], $15::float8[])
     ON CONFLICT DO NOTHING`,
    [
      measurements.map(({ at }) => at),
      measurements.map(({ id }) => id),
      measurements.map(({ kpi }) => kpi),
      measurements.map(({ value }) => value),
      measurements.map(({ outcome }) => outcome),
      measurements.map(({ service }) => service),
      measurements.map(({ model }) => model),
      measurements.map(({ contextSize }) => contextSize),
      measurements.map(({ operation }) => operation),
      measurements.map(({ severity }) => severity),
      measurements.map(({ traceId }) => traceId),
      measurements.map(({ spanId }) => spanId),
      measurements.map(({ metadata }) => JSON.stringify(metadata)),
      measurements.map(({ weight }) => weight),
      measurements.map(({ sampling }) => sampling),
    ],
  )
  return rowCount ?? 0
}
