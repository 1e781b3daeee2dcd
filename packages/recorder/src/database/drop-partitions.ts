import type pg from 'pg'
import {
  createPartitions,
  type DayTable,
  dropDetached,
  endOfDay,
  listDayTables,
  lockDays,
  markingSql,
  type PartitionedTable,
} from './partitions.js'
import { inTransaction, outsideTransaction } from './pool.js'

/** What became of the days of a table that are past their retention. */
export interface DroppedPartitions {
  /** Names of the tables that are gone. */
  readonly dropped: readonly string[]
  /** Names of those that could not be dropped now, and why; the next run goes on with them. */
  readonly left: ReadonlyMap<string, unknown>
}

/**
 * Queries of the partitioned table never wait meanwhile. A query of a day's own table may, and so may the creation of a
 * partition.
 */
const lockTimeoutMs = 5_000

/**
 * Drops every partition whose day ended before `cutoff`, while readers and writers go on. `DROP TABLE` on a partition would
 * lock the partitioned table, and everybody would queue up behind the longest reader. So a partition is detached first,
 * which needs no such lock, and then its table is dropped.
 *
 * A detach waits for those who used the table when it began. If that takes too long, the day is left pending: no query
 * sees it any more, and the next run goes on where this one stopped; so it does after a run that was killed.
 * https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DETACH-PARTITION
 */
export async function dropPartitions(
  pool: pg.Pool,
  table: PartitionedTable,
  cutoff: Date,
): Promise<DroppedPartitions> {
  const dropped: string[] = []
  const left = new Map<string, unknown>()
  const locking = <T>(work: (client: pg.PoolClient) => Promise<T>) =>
    inTransaction(pool, async (client) => {
      await client.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`)
      return work(client)
    })
  const run = (statement: string) => locking((client) => client.query(statement))
  const take: Record<Step, (found: DayTable) => Promise<unknown>> = {
    mark: (found) => run(markingSql(found, true)),
    unmark: (found) => run(markingSql(found, false)),
    detach: ({ name }) =>
      outsideTransaction(pool, `ALTER TABLE ${table} DETACH PARTITION ${name} CONCURRENTLY`, lockTimeoutMs),
    finalize: ({ name }) => run(`ALTER TABLE ${table} DETACH PARTITION ${name} FINALIZE`),
    attach: ({ day }) => createPartitions(pool, table, [day]),
    drop: ({ name, day }) =>
      locking(async (client) => {
        await lockDays(client, table)
        if (await dropDetached(client, table, day)) dropped.push(name)
      }),
  }
  let failure: unknown
  for (const found of await listDayTables(pool, table)) {
    const steps = stepsOf(found, endOfDay(found.day) <= cutoff)
    try {
      // Only one partition of a table can be pending, and what is in the way of one is in the way of all.
      if (failure !== undefined && steps.includes('detach')) throw failure
      for (const step of steps) await take[step](found)
    } catch (error) {
      failure = error
      left.set(found.name, error)
    }
  }
  return { dropped, left }
}

type Step = 'mark' | 'unmark' | 'detach' | 'finalize' | 'attach' | 'drop'

/**
 * What is to be done with the table of a day, in this order. A day that a person has detached is left alone; one that
 * is no longer past its retention, because that was raised after a run had been killed, is taken back.
 */
export function stepsOf({ state, isMarked }: Pick<DayTable, 'state' | 'isMarked'>, isOld: boolean): Step[] {
  if (state === 'attached' && isOld) return ['mark', 'detach', 'drop']
  if (state === 'attached') return isMarked ? ['unmark'] : []
  // Also where a person began it: no other partition can be detached before that is done.
  const ended: Step[] = state === 'pending' ? ['finalize'] : []
  if (!isMarked) return ended
  return [...ended, ...(isOld ? (['drop'] as const) : (['unmark', 'attach'] as const))]
}
