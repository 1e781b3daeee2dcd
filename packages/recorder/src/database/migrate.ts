import { MnemoscopeError } from '@mnemoscope/kpi'
import pg from 'pg'
import { shownAddress } from './address.js'
import { databaseDenied, isDenied } from './denied.js'
import { type Migration, readMigrations } from './migrations.js'
import { begin, idleTransactionMs } from './pool.js'
import { databaseUnable, troubleOf } from './trouble.js'
import { databaseUnreachable, isUnreachable } from './unreachable.js'

/** Key of the advisory lock that processes migrating the same database queue at. */
const lockKey = 5_727_021_001

/**
 * Brings the database's schema up to date. Any number of processes may do so at once: one does the work, the others
 * wait for it. All pending migrations are one transaction, so a failure leaves the schema as it was.
 * @returns names of the migrations that were applied
 * @throws MnemoscopeError DATABASE_UNREACHABLE; DATABASE_DENIED where the user may not make tables;
 *   DATABASE_UNABLE where Postgres can't at present; DATABASE_SCHEMA_NEWER where a newer version wrote the schema
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'mnemoscope-migrate',
    connectionTimeoutMillis: 5_000,
    idle_in_transaction_session_timeout: idleTransactionMs,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query(begin)
    await client.query('SELECT pg_advisory_xact_lock($1)', [lockKey])
    const applied = await applyPending(client, await readMigrations(), databaseUrl)
    await client.query('COMMIT')
    return applied
  } catch (error) {
    if (isDenied(error)) throw databaseDenied(databaseUrl, error)
    if (isUnreachable(error)) throw databaseUnreachable(databaseUrl, error)
    const trouble = troubleOf(error)
    throw trouble === undefined ? error : databaseUnable(databaseUrl, trouble, error)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Version of the newest migration the database has, 0 where it has none. */
export async function schemaVersion(client: pg.ClientBase | pg.Pool): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    'SELECT coalesce(max(version), 0)::int AS version FROM schema_migrations',
  )
  return rows[0]?.version ?? 0
}

async function applyPending(
  client: pg.Client,
  migrations: readonly Migration[],
  databaseUrl: string,
): Promise<string[]> {
  await client.query(`
    CREATE TABLE IF NOT EXISTS schema_migrations (
      version    integer PRIMARY KEY,
      name       text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    );
    COMMENT ON TABLE schema_migrations IS 'Changes of the schema that were applied to this database.';
    COMMENT ON COLUMN schema_migrations.version IS 'Number of the migration.';
    COMMENT ON COLUMN schema_migrations.name IS 'Its file''s name.';
    COMMENT ON COLUMN schema_migrations.applied_at IS 'When it was applied.';`)
  const present = await schemaVersion(client)
  const newest = migrations.at(-1)?.version ?? 0
  if (present > newest) {
    throw new MnemoscopeError(
      'DATABASE_SCHEMA_NEWER',
      `the schema of ${shownAddress(databaseUrl)} is version ${present}, this recorder knows ${newest}`,
      {
        value: present,
        expected: `version ${newest} or earlier`,
        next: 'Update Mnemoscope, or use another database.',
      },
    )
  }
  const pending = migrations.filter(({ version }) => version > present)
  for (const { version, name, sql } of pending) {
    await client.query(sql)
    await client.query('INSERT INTO schema_migrations (version, name) VALUES ($1, $2)', [version, name])
  }
  return pending.map(({ name }) => name)
}
