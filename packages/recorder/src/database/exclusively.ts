import type pg from 'pg'
import { idleTransactionMs, inTransaction } from './pool.js'

/**
 * Work of which one run at a time is enough, however many recorders share the tables. Each is the second half of the key
 * of an advisory lock; the first is the oid of a table of the recorder's own, as advisory locks are those of the whole
 * database, and recorders of other schemas have tables and work of their own. Whatever that oid is, no key is one of the
 * locks that have a space of their own (`lockSpace`): their second halves are far below.
 */
const workKeys = {
  snapshots: 57_270_301,
  backfill: 57_270_302,
  reconcile: 57_270_303,
  retention: 57_270_304,
  rollUps: 57_270_305,
  deployments: 57_270_306,
} as const

/** A holder gives a sign of life this often; Postgres ends its session after `idleTransactionMs` without one. */
const signEveryMs = idleTransactionMs / 4

/**
 * Runs `work` unless another recorder is at the same work on the same tables just now. The lock belongs to a
 * transaction of its own: it ends with the connection, so a recorder that dies leaves nothing to clean up, and the next
 * run takes over; one whose connection breaks without a word loses the lock for want of signs of life.
 * @returns whether it ran
 */
export function exclusively(
  pool: pg.Pool,
  name: keyof typeof workKeys,
  work: () => Promise<void>,
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ locked: boolean }>(
      "SELECT pg_try_advisory_xact_lock('schema_migrations'::regclass::oid::integer, $1) AS locked",
      [workKeys[name]],
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
