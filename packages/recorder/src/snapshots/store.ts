import type pg from 'pg'
import { createPartitions, dayOf } from '../database/partitions.js'
import { inTransaction } from '../database/pool.js'
import { holdHours, invalidateHours } from './rollup.js'
import { contextTokens, type SnapshotRow } from './row.js'

/** What became of an instant: its rows, or why nothing is known of it. */
export type Instant =
  | { readonly at: Date; readonly rows: readonly SnapshotRow[] }
  | { readonly at: Date; readonly gap: string }

/**
 * Stores instants in one transaction. An instant whose snapshot is stored already stays as it is: the same instant
 * gives the same rows, whoever takes it and how often. A gap is replaced by a snapshot, never the other way.
 * @returns number of rows that were new
 */
export async function storeInstants(pool: pg.Pool, instants: readonly Instant[]): Promise<number> {
  const days = new Set(instants.map(({ at }) => dayOf(at)))
  await createPartitions(pool, 'snapshots', [...days])
  return inTransaction(pool, async (client) => {
    const times = instants.map(({ at }) => at)
    await holdHours(client, times)
    const stored = await insertRows(client, instants)
    if (stored > 0) await invalidateHours(client, times)
    await client.query(
      `INSERT INTO snapshot_instants (at, rows, gap)
       SELECT * FROM unnest($1::timestamptz[], $2::integer[], $3::text[])
       ON CONFLICT (at) DO UPDATE SET rows = excluded.rows, gap = excluded.gap, taken_at = now()
       WHERE snapshot_instants.gap IS NOT NULL AND excluded.gap IS NULL`,
      [
        times,
        instants.map((instant) => ('rows' in instant ? instant.rows.length : 0)),
        instants.map((instant) => ('gap' in instant ? instant.gap : null)),
      ],
    )
    return stored
  })
}

/** Whether the snapshot of an instant is stored; an instant that is only known as a gap is not. */
export async function isStored(pool: pg.Pool, at: Date): Promise<boolean> {
  const { rowCount } = await pool.query('SELECT FROM snapshot_instants WHERE at = $1 AND gap IS NULL', [at])
  return rowCount === 1
}

async function insertRows(client: pg.PoolClient, instants: readonly Instant[]): Promise<number> {
  const rows = instants.flatMap((instant) =>
    'rows' in instant ? instant.rows.map((row) => ({ at: instant.at, ...row })) : [],
  )
  if (rows.length === 0) return 0
  await insertSeries(client, rows)
  const { rowCount } = await client.query(
    `INSERT INTO snapshots (at, series_id, kpi, value, samples, p50, p95, p99)
     SELECT at, series.id, kpi, value, samples, p50, p95, p99
     FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::float8[],
                 $8::float8[], $9::float8[], $10::float8[])
       AS given (at, service, model, context_size, kpi, value, samples, p50, p95, p99)
     JOIN series USING (service, model, context_size)
     ON CONFLICT DO NOTHING`,
    [
      rows.map(({ at }) => at),
      rows.map(({ service }) => service),
      rows.map(({ model }) => model),
      rows.map(({ contextSize }) => contextSize),
      rows.map(({ kpi }) => kpi),
      rows.map(({ value }) => value),
      rows.map(({ samples }) => samples),
      rows.map(({ p50 }) => p50),
      rows.map(({ p95 }) => p95),
      rows.map(({ p99 }) => p99),
    ],
  )
  return rowCount ?? 0
}

/** Adds the series that are new. Known ones are left out first: a conflict would use up an id each time. */
async function insertSeries(client: pg.PoolClient, rows: readonly SnapshotRow[]): Promise<void> {
  const series = new Map(
    rows.map(({ service, model, contextSize }) => {
      const key = [service, model, contextSize] as const
      return [JSON.stringify(key), key]
    }),
  )
  // Two recorders that add the same series in opposite order would wait for each other for ever.
  const sorted = [...series].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => key)
  await client.query(
    `INSERT INTO series (service, model, context_size, context_tokens)
     SELECT given.* FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[])
       AS given (service, model, context_size, context_tokens)
     WHERE NOT EXISTS (SELECT FROM series JOIN (SELECT given.*) USING (service, model, context_size))
     ON CONFLICT DO NOTHING`,
    [
      sorted.map(([service]) => service),
      sorted.map(([, model]) => model),
      sorted.map(([, , contextSize]) => contextSize),
      sorted.map(([, , contextSize]) => contextTokens(contextSize)),
    ],
  )
}
