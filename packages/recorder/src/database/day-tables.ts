import type pg from 'pg'
import type { PartitionedTable } from './partitions.js'

/** Space of the advisory locks at which creating partitions of a table and dropping those that were take turns. */
const lockSpace = 572_702

/**
 * Comment that tells a table which the retention has begun to drop from one that a person has detached. It is written
 * before the table is detached, so that a run that is cut short at any point leaves no table of which nobody knows.
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

/** Waits until nobody else creates a partition of a table or drops one; until the transaction ends nobody does. */
export async function lockDays(client: pg.PoolClient, table: PartitionedTable): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1, hashtext($2) & 65535)', [lockSpace, table])
}

/**
 * Drops the table of a day where the retention has detached it; needs `lockDays`. Nobody who asks the partitioned table
 * waits for it: it no longer is a part of it.
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
