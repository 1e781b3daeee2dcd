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
    await holdHours(
      client,
      instants.map(({ at }) => at),
    )
    const fresh = await claimInstants(client, instants)
    const stored = await insertRows(client, fresh)
    if (stored > 0) {
      await invalidateHours(
        client,
        fresh.map(({ at }) => at),
      )
    }
    return stored
  })
}

/** Whether the snapshot of an instant is stored; an instant that is only known as a gap is not. */
export async function isStored(pool: pg.Pool, at: Date): Promise<boolean> {
  const { rowCount } = await pool.query('SELECT FROM snapshot_instants WHERE at = $1 AND gap IS NULL', [at])
  return rowCount === 1
}

/** Enters the instants; who enters one first stores its rows, and no row of it needs to look for its twin. */
async function claimInstants(client: pg.PoolClient, instants: readonly Instant[]): Promise<Instant[]> {
  const sorted = instants.toSorted((a, b) => a.at.getTime() - b.at.getTime())
  const { rows } = await client.query<{ at: Date }>(
    `INSERT INTO snapshot_instants (at, rows, gap)
     SELECT * FROM unnest($1::timestamptz[], $2::integer[], $3::text[])
     ON CONFLICT (at) DO UPDATE SET rows = excluded.rows, gap = excluded.gap, taken_at = now()
     WHERE snapshot_instants.gap IS NOT NULL AND excluded.gap IS NULL
     RETURNING at`,
    [
      sorted.map(({ at }) => at),
      sorted.map((instant) => ('rows' in instant ? instant.rows.length : 0)),
      sorted.map((instant) => ('gap' in instant ? instant.gap : null)),
    ],
  )
  const claimed = new Set(rows.map(({ at }) => at.getTime()))
  return sorted.filter(({ at }) => claimed.has(at.getTime()))
}

/** Columns of a snapshot that are numbers. */
const figures = ['value', 'samples', 'mean', 'p50', 'p95', 'p99', 'max'] as const

/** Inserts all rows at once. What repeats is sent once, and each row refers to it by number. */
async function insertRows(client: pg.PoolClient, instants: readonly Instant[]): Promise<number> {
  const whole = instants.flatMap((instant) => ('rows' in instant ? [instant] : []))
  const rows = whole.flatMap((instant, i) => instant.rows.map((row) => ({ row, instant: i + 1 })))
  if (rows.length === 0) return 0
  const seriesIds = await idsOfSeries(
    client,
    rows.map(({ row }) => row),
  )
  const kpis = [...new Set(rows.map(({ row }) => row.kpi))]
  const numberOfKpi = new Map(kpis.map((kpi, i) => [kpi, i + 1]))
  const { rowCount } = await client.query(
    `INSERT INTO snapshots (at, series_id, kpi, ${figures.join(', ')})
     SELECT ($1::timestamptz[])[instant], series_id, ($2::text[])[kpi], ${figures.join(', ')}
     FROM unnest($3::integer[], $4::integer[], $5::integer[], ${figures.map((_, i) => `$${i + 6}::float8[]`).join(', ')})
       AS given (instant, series_id, kpi, ${figures.join(', ')})`,
    [
      whole.map(({ at }) => at),
      kpis,
      arrayOf(rows.map(({ instant }) => instant)),
      arrayOf(rows.map(({ row }) => seriesIds.get(keyOf(row)) ?? null)),
      arrayOf(rows.map(({ row }) => numberOfKpi.get(row.kpi) ?? null)),
      ...figures.map((figure) => arrayOf(rows.map(({ row }) => row[figure]))),
    ],
  )
  return rowCount ?? 0
}

/** Ids of the rows' series; series that are new are added. */
async function idsOfSeries(
  client: pg.PoolClient,
  rows: readonly SnapshotRow[],
): Promise<Map<string, number>> {
  const series = new Map(rows.map((row) => [keyOf(row), row]))
  // Two recorders that add the same series in opposite order would wait for each other for ever.
  const sorted = [...series].sort(([a], [b]) => (a < b ? -1 : 1))
  const places = sorted.map(([, row]) => row)
  let ids = await findSeries(client, places)
  if (ids.includes(null)) {
    // Only those: a conflict would use up an id each time.
    await addSeries(
      client,
      places.filter((_, i) => ids[i] === null),
    )
    ids = await findSeries(client, places)
  }
  return new Map(sorted.map(([key], i) => [key, ids[i] as number]))
}

async function findSeries(client: pg.PoolClient, places: readonly SnapshotRow[]): Promise<(number | null)[]> {
  const { rows } = await client.query<{ id: number | null }>(
    `SELECT id FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY
       AS given (service, model, context_size, number)
     LEFT JOIN series USING (service, model, context_size) ORDER BY number`,
    columnsOf(places),
  )
  return rows.map(({ id }) => id)
}

async function addSeries(client: pg.PoolClient, places: readonly SnapshotRow[]): Promise<void> {
  await client.query(
    `INSERT INTO series (service, model, context_size, context_tokens)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[])
     ON CONFLICT DO NOTHING`,
    [...columnsOf(places), places.map(({ contextSize }) => contextTokens(contextSize))],
  )
}

function columnsOf(places: readonly SnapshotRow[]): string[][] {
  return [
    places.map(({ service }) => service),
    places.map(({ model }) => model),
    places.map(({ contextSize }) => contextSize),
  ]
}

function keyOf({ service, model, contextSize }: SnapshotRow): string {
  return `${service}\0${model}\0${contextSize}`
}

/** An array of numbers as Postgres reads it; the driver's own way, made for any content, takes ten times as long. */
function arrayOf(numbers: readonly (number | null)[]): string {
  return `{${numbers.map((number) => number ?? 'NULL').join(',')}}`
}
