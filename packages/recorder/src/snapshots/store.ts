import type pg from 'pg'
import { createPartitions, dayOf } from '../database/partitions.js'
import { inTransaction } from '../database/pool.js'
import { bucketPlaces } from './buckets.js'
import { copyRows, type PlacedRow } from './copy.js'
import { holdHours, invalidateRollUps } from './rollup.js'
import type { SnapshotRow } from './row.js'

/** What became of an instant: its rows, or why nothing is known of it. */
export type Instant =
  | {
      readonly at: Date
      readonly rows: readonly SnapshotRow[]
      /** Rows over all operations, each with an operation of its place that stands for it. */
      readonly overall?: readonly SnapshotRow[]
    }
  | { readonly at: Date; readonly gap: string }

/**
 * Stores instants in one transaction. An instant whose snapshot is stored already stays as it is: the same instant
 * gives the same rows, whichever recorder takes it and how often. A gap is replaced by a snapshot, or gets a new date;
 * never a snapshot by a gap.
 * @returns number of rows that were new
 */
export async function storeInstants(pool: pg.Pool, instants: readonly Instant[]): Promise<number> {
  const days = (of: readonly Instant[]) => [...new Set(of.map(({ at }) => dayOf(at)))]
  const withOverall = instants.filter((instant) => 'rows' in instant && (instant.overall ?? []).length > 0)
  await createPartitions(pool, 'snapshots', days(instants))
  if (withOverall.length > 0) await createPartitions(pool, 'snapshots_overall', days(withOverall))
  return inTransaction(pool, async (client) => {
    await holdHours(
      client,
      instants.map(({ at }) => at),
    )
    const fresh = await claimInstants(client, instants)
    const stored = await insertRows(client, fresh)
    if (stored > 0) {
      await invalidateRollUps(
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

/** The newest instant that has an entry, whichever recorder stored it; undefined before the first. */
export async function newestStored(pool: pg.Pool): Promise<Date | undefined> {
  const { rows } = await pool.query<{ at: Date | null }>('SELECT max(at) AS at FROM snapshot_instants')
  return rows[0]?.at ?? undefined
}

/** Enters the instants. The recorder that enters one first stores its rows, so no row has to look for a duplicate. */
async function claimInstants(client: pg.PoolClient, instants: readonly Instant[]): Promise<Instant[]> {
  const sorted = instants.toSorted((a, b) => a.at.getTime() - b.at.getTime())
  const { rows } = await client.query<{ at: Date }>(
    `INSERT INTO snapshot_instants (at, rows, gap)
     SELECT * FROM unnest($1::timestamptz[], $2::integer[], $3::text[])
     ON CONFLICT (at) DO UPDATE SET rows = excluded.rows, gap = excluded.gap, taken_at = now()
     WHERE snapshot_instants.gap IS NOT NULL
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

/** Inserts all rows of claimed instants: none of them is there yet. */
async function insertRows(client: pg.PoolClient, instants: readonly Instant[]): Promise<number> {
  const rows = instants.flatMap((instant) => ('rows' in instant ? instant.rows : []))
  if (rows.length === 0) return 0
  const seriesIdOf = await idsOfSeries(client, rows)
  await copyRows(
    client,
    'snapshots_overall',
    placed(instants, seriesIdOf, ({ overall = [] }) => overall),
  )
  return copyRows(
    client,
    'snapshots',
    placed(instants, seriesIdOf, ({ rows }) => rows),
    await bucketPlaces(client, rows),
  )
}

type Known = Extract<Instant, { rows: unknown }>

/** Every row with its instant and its series' id. */
function* placed(
  instants: readonly Instant[],
  seriesIdOf: (row: SnapshotRow) => number,
  rowsOf: (instant: Known) => readonly SnapshotRow[],
): Generator<PlacedRow> {
  for (const instant of instants) {
    if (!('rows' in instant)) continue
    for (const row of rowsOf(instant)) yield { at: instant.at, seriesId: seriesIdOf(row), row }
  }
}

/** The id of each row's series; series that are new are added. */
async function idsOfSeries(
  client: pg.PoolClient,
  rows: readonly SnapshotRow[],
): Promise<(row: SnapshotRow) => number> {
  const { places, numberOf } = numbered(rows)
  let ids = await findSeries(client, places)
  if (ids.includes(null)) {
    // Only those: a conflict would use up an id each time. Two recorders that add them in opposite order would deadlock.
    const fresh = places.filter((_, i) => ids[i] === null)
    await addSeries(
      client,
      fresh
        .map((row) => ({ row, key: JSON.stringify(columnsOf([row])) }))
        .sort((a, b) => (a.key < b.key ? -1 : 1))
        .map(({ row }) => row),
    )
    ids = await findSeries(client, places)
  }
  return (row) => ids[numberOf(row)] as number
}

type Numbers = Map<string, Map<string, Map<string, Map<string, number>>>>

/**
 * A row of each place, and which of them a row is of. Maps in maps: making one text of a row's four took a quarter of
 * the time of storing it.
 */
function numbered(rows: readonly SnapshotRow[]): {
  places: readonly SnapshotRow[]
  numberOf(row: SnapshotRow): number
} {
  const places: SnapshotRow[] = []
  const numbers: Numbers = new Map()
  const ofSize = ({ service, model, contextSize }: SnapshotRow) =>
    within(within(within(numbers, service), model), contextSize)
  for (const row of rows) {
    const operations = ofSize(row)
    if (operations.has(row.operation)) continue
    operations.set(row.operation, places.length)
    places.push(row)
  }
  return { places, numberOf: (row) => ofSize(row).get(row.operation) ?? Number.NaN }
}

/** The map at a key, made if it isn't there. */
function within<Value>(maps: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  const found = maps.get(key)
  if (found !== undefined) return found
  const made = new Map<string, Value>()
  maps.set(key, made)
  return made
}

async function findSeries(client: pg.PoolClient, places: readonly SnapshotRow[]): Promise<(number | null)[]> {
  const { rows } = await client.query<{ id: number | null }>(
    `SELECT id FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY
       AS given (service, model, context_size, operation, number)
     LEFT JOIN series USING (service, model, context_size, operation) ORDER BY number`,
    columnsOf(places),
  )
  return rows.map(({ id }) => id)
}

async function addSeries(client: pg.PoolClient, places: readonly SnapshotRow[]): Promise<void> {
  await client.query(
    `INSERT INTO series (service, model, context_size, operation)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
     ON CONFLICT DO NOTHING`,
    columnsOf(places),
  )
}

function columnsOf(places: readonly SnapshotRow[]): string[][] {
  return [
    places.map(({ service }) => service),
    places.map(({ model }) => model),
    places.map(({ contextSize }) => contextSize),
    places.map(({ operation }) => operation),
  ]
}
