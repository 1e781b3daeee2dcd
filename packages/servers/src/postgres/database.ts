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
