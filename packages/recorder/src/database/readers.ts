import type pg from 'pg'
import { type Loop, startLoop } from '../loop.js'
import type { Work } from '../work.js'
import { inTransaction } from './pool.js'

/** The role that only reads: `deploy/postgres/roles.sql` and `mnemoscope up` make it. */
const readerRole = 'mnemoscope_reader'

/** Longest transaction of a reader. Who waits for it is the retention, and the space of what was deleted. */
export const longestReadMs = 3_600_000

const everyMs = 60_000

/** Ends readers that take too long, once a minute. */
export function startEndingReaders({ pool, logger }: Pick<Work, 'pool' | 'logger'>): Loop {
  return startLoop({
    next: (now) => now + everyMs,
    run: async () => {
      const ended = await endLongReaders(pool, longestReadMs)
      if (ended > 0)
        logger.warn({ sessions: ended, role: readerRole }, 'readers that took too long were ended')
    },
    onError: (err) => logger.error({ err }, 'readers that take too long could not be ended'),
  })
}

/**
 * Ends the sessions of the reading role whose transactions are longer than `mostMs`. Every role may lift the time limits
 * that it is given (https://www.postgresql.org/docs/current/sql-set.html), but not this one. Nothing happens where
 * this user is not a member of that role.
 * @returns how many were ended
 */
export function endLongReaders(pool: pg.Pool, mostMs: number): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      "SELECT FROM pg_roles WHERE rolname = $1 AND pg_has_role(oid, 'MEMBER')",
      [readerRole],
    )
    if (rowCount === 0) return 0
    // Only as that role are its sessions seen and ended without rights on those of others.
    await client.query(`SET LOCAL ROLE ${readerRole}`)
    const { rowCount: ended } = await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE usename = current_user AND datname = current_database() AND xact_start < now() - $1 * interval '1 ms'`,
      [mostMs],
    )
    return ended ?? 0
  })
}
