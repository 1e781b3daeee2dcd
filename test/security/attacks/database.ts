import pg from 'pg'
import type { Attack } from '../attack.js'

/** Somebody who has the connection string of a role. */
export interface DatabaseTarget {
  readonly database: string
}

const asRecorder: Readonly<Record<string, string>> = {
  'run a program through Postgres': "COPY (SELECT 'x') TO PROGRAM 'cat > /dev/null'",
  'read a file through Postgres': "SELECT pg_read_file('postgresql.conf')",
  'write a file through Postgres': "COPY (SELECT 'x') TO '/tmp/mnemoscope-attack'",
  'make a role in Postgres': 'CREATE ROLE attacker SUPERUSER',
  'become a superuser': 'ALTER ROLE CURRENT_USER SUPERUSER',
}

const asReader: Readonly<Record<string, string>> = {
  ...asRecorder,
  'change what is stored': 'UPDATE alert_episodes SET alertname = alertname',
  'lock the rows of a table': 'SELECT FROM alert_episodes FOR SHARE',
  'lock a table': 'LOCK TABLE alert_episodes IN SHARE MODE',
  'take a lock of the recorder': 'SELECT pg_advisory_lock(572702101, 1)',
  'take a lock of the recorder if it is free': 'SELECT pg_try_advisory_xact_lock_shared(572702101, 1)',
  'become the recorder': 'SET ROLE mnemoscope_recorder',
  'have more connections': 'ALTER ROLE CURRENT_USER CONNECTION LIMIT 1000',
  'make a table': 'CREATE TABLE attack (n int)',
  'make a temporary table': 'CREATE TEMPORARY TABLE attack (n int)',
  'store a large object': 'SELECT lo_create(0)',
  'end a session of the recorder':
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'mnemoscope_recorder'",
}

/** The recorder's connection string leads no further than to its tables. */
export const databaseAttacks = attacksOf(asRecorder, 'as the recorder')

/** That of the role that reads leads to nothing but reading, also where its own settings are lifted. */
export const readerAttacks = attacksOf(asReader, 'as the reader')

function attacksOf(statements: Readonly<Record<string, string>>, who: string): Attack<DatabaseTarget>[] {
  return Object.entries(statements).map(([name, statement]) => ({
    name: `${name} ${who}`,
    async attempt({ database }) {
      const client = new pg.Client({ connectionString: database })
      await client.connect()
      try {
        await client.query('SET default_transaction_read_only = off')
        await client.query('BEGIN')
        const { rowCount } = await client.query(statement)
        // Nothing is gained where nothing of the recorder is seen.
        return statement.startsWith('SELECT pg_terminate') && rowCount === 0 ? undefined : statement
      } catch (error) {
        if ((error as { code?: string }).code === '42501') return undefined
        throw error
      } finally {
        await client.query('ROLLBACK').catch(() => undefined)
        await client.end()
      }
    },
  }))
}
