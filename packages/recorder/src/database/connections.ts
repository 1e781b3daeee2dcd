import { MnemoscopeError } from '@mnemoscope/kpi'
import type pg from 'pg'

/** Connections of a recorder, unless a setting or a limit of Postgres says otherwise. */
export const usualConnections = 16
/** One for work that holds a lock, one for that work and for what is received, one for questions. */
export const fewestConnections = 3

export interface Connections {
  /** For work, and for what is received. */
  readonly work: number
  /** For questions, apart from those: slow questions then wait for one another, and delay no alert. */
  readonly readers: number
}

/** Divides connections between work and questions: with few, nothing received waits for a question. */
export function divided(connections: number): Connections {
  const readers = Math.max(1, Math.floor((connections * 6) / usualConnections))
  return { work: connections - readers, readers }
}

/** The least limit of connections that Postgres has for this role or database; undefined where there is none. */
export async function connectionLimit(database: pg.Pool): Promise<number | undefined> {
  const { rows } = await database.query<{ most: number | null }>(
    `SELECT least(nullif(rolconnlimit, -1), nullif(datconnlimit, -1)) AS most
     FROM pg_roles, pg_database WHERE rolname = session_user AND datname = current_database() AND NOT rolsuper`,
  )
  return rows[0]?.most ?? undefined
}

/** @throws MnemoscopeError DATABASE_UNABLE where a limit is too low for any work */
export function refuseTooFew(limit: number, address: string): void {
  if (limit >= fewestConnections) return
  throw new MnemoscopeError(
    'DATABASE_UNABLE',
    `the user of ${address} may have ${limit} ${limit === 1 ? 'connection' : 'connections'}; the recorder needs ${fewestConnections}`,
    {
      value: limit,
      expected: `a limit of ${fewestConnections} or more; ${usualConnections} are used where there is none`,
      next: 'Raise it: ALTER ROLE ... CONNECTION LIMIT 16, or ALTER DATABASE ... CONNECTION LIMIT 16.',
    },
  )
}
