import pg from 'pg'

/**
 * Makes a role that reads every table and view of the schema `public`, those to come too, and changes nothing: what
 * `deploy/postgres/roles.sql` gives Grafana's role, for a server of our own. As often as you like; the password is set anew.
 * @param url of the administrator who owns the tables
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
