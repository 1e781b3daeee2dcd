import type pg from 'pg'
import { inTransaction } from './pool.js'
import { idleTransactionMs } from './session.js'
import { takeTurn } from './turns.js'

/**
 * Every advisory lock of the recorder: its name and its number. Advisory locks belong to the database, not to a schema, so
 * they all have two keys, this number and a part of it: https://www.postgresql.org/docs/current/explicit-locking.html
 * No other file calls `pg_advisory_…`.
 */
export const lockNumbers = {
  /** Preparing or rebuilding the tables. */
  schema: 572_702_001,
  /** Creating and dropping partitions; a part for each partitioned table. */
  days: 572_702_002,
  /** Writing the history of an alert; the alerts share 256 parts. */
  histories: 572_702_003,
  /** Adding snapshots to an hour (shared) or rolling it up; a part for each hour. */
  hours: 572_702_004,
  /** Comparing a configuration with the newest one stored. */
  configChanges: 572_702_005,
  /** Comparing deployments with those stored. */
  deployments: 572_702_006,
  /** Putting episodes into incidents. */
  incidents: 572_702_007,
  // Work of which one run at a time is enough, see `exclusively`.
  snapshots: 572_702_101,
  backfill: 572_702_102,
  reconcile: 572_702_103,
  retention: 572_702_104,
  rollUps: 572_702_105,
  deploymentSearch: 572_702_106,
  storms: 572_702_107,
  notifications: 572_702_108,
} as const

type LockName = keyof typeof lockNumbers

/** Waits for a lock, or for one part of it, and holds it until the transaction ends. */
export async function lock(client: pg.ClientBase, name: LockName, part = 0): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1, $2)', [lockNumbers[name], part])
}

/** The same for a part shared with others that ask for it in this way; in order, so that no two wait for each other. */
export async function lockShared(
  client: pg.ClientBase,
  name: LockName,
  parts: readonly number[],
): Promise<void> {
  await client.query(
    'SELECT pg_advisory_xact_lock_shared($1, part) FROM unnest($2::integer[]) AS part ORDER BY part',
    [lockNumbers[name], [...new Set(parts)]],
  )
}

/** A thousand texts in one transaction need no thousand locks. */
const textParts = 256

/** Waits for the parts that these texts fall into; in order, so that no two wait for each other. */
export async function lockTexts(
  client: pg.ClientBase,
  name: LockName,
  texts: readonly string[],
): Promise<void> {
  await client.query(
    `SELECT pg_advisory_xact_lock($1, part) FROM (
       SELECT DISTINCT abs(hashtext(given) % ${textParts}) AS part FROM unnest($2::text[]) AS given ORDER BY part
     ) AS parts`,
    [lockNumbers[name], texts],
  )
}

/** Work of which one run at a time is enough, however many recorders share the tables. */
type Work =
  | 'snapshots'
  | 'backfill'
  | 'reconcile'
  | 'retention'
  | 'rollUps'
  | 'deploymentSearch'
  | 'storms'
  | 'notifications'

/** A holder gives a sign of life this often; Postgres ends its session after `idleTransactionMs` without one. */
const signEveryMs = idleTransactionMs / 4

/**
 * Runs `work` unless another recorder is at the same work on the same tables just now. The oid of a table is the part of
 * the lock, so recorders of several schemas do not wait for each other. A separate transaction holds the lock,
 * which ends with the connection: a recorder that dies leaves nothing to clean up, and one whose connection breaks
 * silently loses the lock because its signs of life end. Where connections are few, it waits for its turn.
 * @returns whether it ran
 * @throws Error if the lock was lost before the work ended: another recorder may have been at the same work
 */
export async function exclusively(pool: pg.Pool, name: Work, work: () => Promise<void>): Promise<boolean> {
  const endTurn = await takeTurn(pool, urgent.includes(name))
  try {
    return await alone(pool, name, work)
  } finally {
    endTurn()
  }
}

/** What other parts of the history can't be made from later has its turn first. */
const urgent: readonly Work[] = ['snapshots', 'reconcile']

function alone(pool: pg.Pool, name: Work, work: () => Promise<void>): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ locked: boolean }>(
      "SELECT pg_try_advisory_xact_lock($1, 'schema_baseline'::regclass::oid::integer) AS locked",
      [lockNumbers[name]],
    )
    if (rows[0]?.locked !== true) return false
    let sign: Promise<unknown> | undefined
    let lost: Error | undefined
    const onLost = (error: Error) => {
      lost ??= error
    }
    client.on('error', onLost)
    const signs = setInterval(() => {
      sign ??= client
        .query('SELECT')
        .catch(onLost)
        .finally(() => {
          sign = undefined
        })
    }, signEveryMs)
    try {
      await work()
    } finally {
      clearInterval(signs)
      await sign
      client.off('error', onLost)
    }
    if (lost !== undefined) {
      throw new Error(`the lock of ${name} was lost during the work: ${lost.message}`, { cause: lost })
    }
    return true
  })
}
