import type pg from 'pg'
import { dropDetached, lockDays } from './day-tables.js'
import { inTransaction } from './pool.js'

const dayMs = 86_400_000

/** Tables with one partition for each UTC day. */
export const partitionedTables = ['snapshots', 'snapshots_5min', 'series_5min', 'measurements'] as const
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
