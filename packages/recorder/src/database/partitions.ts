import type pg from 'pg'
import { lock } from './locks.js'
import { inTransaction } from './pool.js'

const dayMs = 86_400_000

/** Tables with one partition for each UTC day. */
export const partitionedTables = [
  'snapshots',
  'snapshots_5min',
  'series_5min',
  'measurements',
  'snapshots_overall',
] as const
export type PartitionedTable = (typeof partitionedTables)[number]

/** The UTC day that holds an instant, as `20250131`. */
export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10).replaceAll('-', '')
}

/** Days from `from` to `to`, both included. */
export function daysBetween(from: Date, to: Date): string[] {
  const days: string[] = []
  for (let at = Math.floor(from.getTime() / dayMs) * dayMs; at <= to.getTime(); at += dayMs) {
    days.push(dayOf(new Date(at)))
  }
  return days
}

/**
 * Creates the partitions of these days that are missing. Neither readers nor writers wait for it, nor it for them: a
 * table that is made apart and attached needs no lock that conflicts with theirs (SHARE UPDATE EXCLUSIVE), whereas
 * `PARTITION OF` would queue behind the longest reader, and everybody else behind it.
 * https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-ATTACH-PARTITION
 */
export async function createPartitions(
  pool: pg.Pool,
  table: PartitionedTable,
  days: readonly string[],
): Promise<void> {
  if ((await missingDays(pool, table, days)).length === 0) return
  await inTransaction(pool, async (client) => {
    await lockDays(client, table)
    // Again, as another recorder may have had the lock.
    for (const day of await missingDays(client, table, days)) {
      const from = startOfDay(day)
      await dropDetached(client, table, day)
      // Empty, so that attaching has no row to check. One that a person has detached is taken back.
      await client.query(`CREATE TABLE IF NOT EXISTS ${table}_${day} (LIKE ${table} INCLUDING ALL)`)
      await client.query(
        `ALTER TABLE ${table} ATTACH PARTITION ${table}_${day}
         FOR VALUES FROM ('${from.toISOString()}') TO ('${endOfDay(day).toISOString()}')`,
      )
    }
  })
}

async function missingDays(
  database: pg.Pool | pg.ClientBase,
  table: PartitionedTable,
  days: readonly string[],
): Promise<string[]> {
  const present = new Set((await listPartitions(database, table)).map(({ day }) => day))
  return days.filter((day) => !present.has(day))
}

async function listPartitions(
  database: pg.Pool | pg.ClientBase,
  table: PartitionedTable,
): Promise<{ name: string; day: string }[]> {
  const { rows } = await database.query<{ name: string }>(
    `SELECT child.relname AS name FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
     WHERE inhparent = $1::regclass ORDER BY 1`,
    [table],
  )
  return rows.map(({ name }) => ({ name, day: name.slice(table.length + 1) }))
}

/** The instant at which a day is over. */
export function endOfDay(day: string): Date {
  return new Date(startOfDay(day).getTime() + dayMs)
}

function startOfDay(day: string): Date {
  return new Date(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}T00:00:00Z`)
}

/**
 * Comment that distinguishes a table which the retention has begun to drop from one that a person has detached. It is
 * written before the table is detached, so a run that stops at any point leaves no table that a later run would miss.
 */
const dropMark = 'Past its retention: the recorder is dropping this table.'

/** A table that holds, or held, a day of a partitioned table. */
export interface DayTable {
  /** As it can stand in a statement. */
  readonly name: string
  /** The UTC day, as `20250131`. */
  readonly day: string
  /**
   * `pending`: a detach was cut short. No query of the partitioned table sees it any more, no other partition can be
   * detached, and only `FINALIZE` ends that.
   */
  readonly state: 'attached' | 'pending' | 'detached'
  /** Whether the retention has begun to drop it. */
  readonly isMarked: boolean
}

/** The tables of all days, those that are pending first: attached ones, and detached ones in the same schema. */
export async function listDayTables(
  database: pg.Pool | pg.ClientBase,
  table: PartitionedTable,
): Promise<DayTable[]> {
  const { rows } = await database.query<DayTable>(
    `SELECT child.oid::regclass::text AS name, right(child.relname, 8) AS day,
       CASE WHEN inhparent IS NULL THEN 'detached' WHEN inhdetachpending THEN 'pending' ELSE 'attached' END AS state,
       obj_description(child.oid, 'pg_class') IS NOT DISTINCT FROM $2 AS "isMarked"
     FROM pg_class AS parent
     JOIN pg_class AS child ON child.relkind = 'r' AND child.relname ~ ('^' || parent.relname || '_[0-9]{8}$')
     LEFT JOIN pg_inherits ON inhrelid = child.oid
     WHERE parent.oid = $1::regclass
       AND (inhparent = parent.oid OR (inhparent IS NULL AND child.relnamespace = parent.relnamespace))
     ORDER BY coalesce(inhdetachpending, false) DESC, day`,
    [table, dropMark],
  )
  return rows
}

/** SQL that marks a table as being dropped, or takes that back. */
export function markingSql({ name }: DayTable, isMarked: boolean): string {
  return `COMMENT ON TABLE ${name} IS ${isMarked ? `'${dropMark}'` : 'NULL'}`
}

/** Waits until no other process creates or drops a partition of a table, and keeps them out until the transaction ends. */
export async function lockDays(client: pg.PoolClient, table: PartitionedTable): Promise<void> {
  await lock(client, 'days', partitionedTables.indexOf(table))
}

/**
 * Drops the table of a day where the retention has detached it; needs `lockDays`. No query of the partitioned
 * table waits for it: it is no longer a part of it.
 * @returns whether there was one
 */
export async function dropDetached(
  client: pg.PoolClient,
  table: PartitionedTable,
  day: string,
): Promise<boolean> {
  const found = (await listDayTables(client, table)).find((other) => other.day === day)
  if (found?.state !== 'detached' || !found.isMarked) return false
  await client.query(`DROP TABLE ${found.name}`)
  return true
}
