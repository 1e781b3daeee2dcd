import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import pg from 'pg'
import { databaseName } from './cluster.js'

/** True once the server takes connections of the superuser. */
export async function acceptsConnections(maintenanceUrl: string): Promise<boolean> {
  return withClient(maintenanceUrl, async (client) => {
    await client.query('SELECT 1')
    return true
  })
}

/** Makes the database if the cluster does not have it yet. */
export async function createDatabase(maintenanceUrl: string): Promise<void> {
  await withClient(maintenanceUrl, async (client) => {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [databaseName])
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${databaseName}`)
  })
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  // A server that goes away also emits an error event; the waiting query is rejected anyway.
  client.on('error', () => {})
  try {
    await client.connect()
    return await use(client)
  } finally {
    await client.end().catch(() => {})
  }
}

/**
 * Makes a role that can read every table and view of the schema `public`, future ones too, and change nothing: what
 * `deploy/postgres/roles.sql` gives Grafana's role. It may be called again, with a new password.
 * @param url connection string of the administrator who owns the tables
 */
export async function makeReader(
  url: string,
  { role, password }: { readonly role: string; readonly password: string },
): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  await client.connect()
  try {
    const name = client.escapeIdentifier(role)
    const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role])
    if (rowCount === 0) await client.query(`CREATE ROLE ${name}`)
    for (const statement of [
      `ALTER ROLE ${name} LOGIN NOINHERIT CONNECTION LIMIT 20 PASSWORD ${client.escapeLiteral(password)}`,
      `ALTER ROLE ${name} SET default_transaction_read_only = on`,
      `ALTER ROLE ${name} SET statement_timeout = '30s'`,
      `ALTER ROLE ${name} SET jit = off`,
      `GRANT USAGE ON SCHEMA public TO ${name}`,
      `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${name}`,
      `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO ${name}`,
    ]) {
      await client.query(statement)
    }
  } finally {
    await client.end()
  }
}

/**
 * The database password of a state directory: 192 random bits, made once, readable by its owner only. It is written
 * before the data directory exists, so that the password of every cluster is known.
 */
export function passwordIn(file: string): string {
  mkdirSync(dirname(file), { recursive: true })
  const written = `${file}.${process.pid}`
  writeFileSync(written, randomBytes(24).toString('hex'), { mode: 0o600 })
  try {
    linkSync(written, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(written, { force: true })
  }
  return readFileSync(file, 'utf8').trim()
}
