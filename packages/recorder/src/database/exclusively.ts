import type pg from 'pg'
import { idleTransactionMs, inTransaction } from './pool.js'

/** Work of which one run at a time is enough, however many recorders share the database. */
const workKeys = {
  snapshots: 1,
  backfill: 2,
  reconcile: 3,
  retention: 4,
  rollUps: 5,
  deployments: 6,
} as const
const lockSpace = 572_703

/** A holder gives a sign of life this often; Postgres ends its session after `idleTransactionMs` without one. */
const signEveryMs = idleTransactionMs / 4

/**
 * Runs `work` unless another recorder is at the same work just now. The lock belongs to a transaction of its own: it
 * ends with the connection, so a recorder that dies leaves nothing to clean up, and the next run takes over; one whose
 * connection breaks without a word loses the lock for want of signs of life.
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
    let sign: Promise<unknown> | undefined
    const signs = setInterval(() => {
      sign ??= client
        .query('SELECT')
        .catch(() => undefined)
        .finally(() => {
          sign = undefined
        })
    }, signEveryMs)
    try {
      await work()
    } finally {
      clearInterval(signs)
      await sign
    }
    return true
  })
}
