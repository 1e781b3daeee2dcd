import pg from 'pg'
import type { Attack } from '../attack.js'

/** Somebody who has a connection string of the recorder's database. */
export interface DatabaseTarget {
  readonly database: string
}

const statements: Readonly<Record<string, string>> = {
  'run a program through Postgres': "COPY (SELECT 'x') TO PROGRAM 'cat > /dev/null'",
  'read a file through Postgres': "SELECT pg_read_file('postgresql.conf')",
  'write a file through Postgres': "COPY (SELECT 'x') TO '/tmp/mnemoscope-attack'",
  'make a role in Postgres': 'CREATE ROLE attacker SUPERUSER',
  'become a superuser': 'ALTER ROLE CURRENT_USER SUPERUSER',
}

/** The connection string leads no further than to the recorder's tables. */
export const databaseAttacks: readonly Attack<DatabaseTarget>[] = Object.entries(statements).map(
  ([name, statement]) => ({
    name,
    async attempt({ database }) {
      const client = new pg.Client({ connectionString: database })
      await client.connect()
      try {
        await client.query('BEGIN')
        await client.query(statement)
        return statement
      } catch (error) {
        if ((error as { code?: string }).code === '42501') return undefined
        throw error
      } finally {
        await client.query('ROLLBACK').catch(() => undefined)
        await client.end()
      }
    },
  }),
)
