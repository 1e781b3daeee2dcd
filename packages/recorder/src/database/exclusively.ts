import type pg from 'pg'
import { inTransaction } from './pool.js'

/** Work of which one run at a time is enough, however many recorders share the database. */
const workKeys = { snapshots: 1, backfill: 2, reconcile: 3, retention: 4, rollUps: 5 } as const
const lockSpace = 572_703

/**
 * Runs `work` unless another recorder is at the same work just now. The lock belongs to a transaction of its own: it
 * ends with the connection, so a recorder that dies leaves nothing to clean up, and the next run takes over.
 * @returns whether it ran
 */
export function exclusively(
  pool: pg.Pool,
  name: keyof typeof workKeys,
  work: () => Promise<void>,
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ locked: boolean }>(
      'SELECT pg_try_advisory_xact_lock($1, $2) AS locked',
      [lockSpace, workKeys[name]],
    )
    if (rows[0]?.locked !== true) return false
    await work()
    return true
  })
}
