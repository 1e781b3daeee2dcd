import pg from 'pg'

/** A role, and the password that it logs in with. */
export interface RoleLogin {
  readonly role: string
  readonly password: string
}

/**
 * Makes the role that the recorder of `mnemoscope up` works as: what `deploy/postgres/roles.sql` gives it. It may make
 * tables in the schema `public`, and owns them. It is no superuser, so that its password does not lead to the files and
 * programs of the machine. What the administrator has made in that schema becomes its own: a rebuild makes the tables as
 * the administrator. It may be called again, with a new password.
 * @param url connection string of the administrator
 * @returns connection string of the role
 */
export async function makeRecorder(url: string, { role, password }: RoleLogin): Promise<string> {
  await withAdministrator(url, async (client) => {
    const name = await roleIn(client, role)
    const database = client.escapeIdentifier(client.database ?? '')
    await runAll(client, [
      `ALTER ROLE ${name} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS LOGIN NOINHERIT PASSWORD ${client.escapeLiteral(password)}`,
      `REVOKE ALL ON DATABASE ${database} FROM PUBLIC`,
      `GRANT CONNECT ON DATABASE ${database} TO ${name}`,
      'REVOKE ALL ON SCHEMA public FROM PUBLIC',
      `GRANT USAGE, CREATE ON SCHEMA public TO ${name}`,
      handOver(client.escapeLiteral(role)),
      ownLocks(client.escapeLiteral(role)),
      noLargeObjects,
    ])
  })
  const own = new URL(url)
  own.username = encodeURIComponent(role)
  own.password = encodeURIComponent(password)
  return own.href
}

/**
 * Makes a role that can read every table and view of the schema `public`, future ones too, and change nothing: what
 * `deploy/postgres/roles.sql` gives Grafana's role. It may be called again, with a new password.
 * @param url connection string of the administrator
 * @param makers further roles that make tables. They may end the sessions of the reader, which can lift its limits of time
 */
export async function makeReader(
  url: string,
  { role, password }: RoleLogin,
  makers: readonly string[] = [],
): Promise<void> {
  await withAdministrator(url, async (client) => {
    const name = await roleIn(client, role)
    const database = client.escapeIdentifier(client.database ?? '')
    const readable = 'IN SCHEMA public GRANT SELECT ON TABLES TO'
    await runAll(client, [
      `ALTER ROLE ${name} LOGIN NOINHERIT CONNECTION LIMIT 20 PASSWORD ${client.escapeLiteral(password)}`,
      `ALTER ROLE ${name} SET default_transaction_read_only = on`,
      `ALTER ROLE ${name} SET statement_timeout = '30s'`,
      `ALTER ROLE ${name} SET idle_in_transaction_session_timeout = '30s'`,
      `ALTER ROLE ${name} SET jit = off`,
      `GRANT CONNECT ON DATABASE ${database} TO ${name}`,
      `GRANT USAGE ON SCHEMA public TO ${name}`,
      `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${name}`,
      `ALTER DEFAULT PRIVILEGES ${readable} ${name}`,
      ...makers.map(
        (maker) => `ALTER DEFAULT PRIVILEGES FOR ROLE ${client.escapeIdentifier(maker)} ${readable} ${name}`,
      ),
      ...makers.map((maker) => `GRANT ${name} TO ${client.escapeIdentifier(maker)}`),
    ])
  })
}

/** Makes a role the owner of the tables, views and functions that this user has made in the schema `public`. */
function handOver(role: string): string {
  return `DO $$ DECLARE made record; BEGIN
    FOR made IN
      SELECT CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END AS kind, oid::regclass::text AS name FROM pg_class
      WHERE relkind IN ('r', 'p', 'v') AND relnamespace = 'public'::regnamespace AND pg_get_userbyid(relowner) = current_user
      UNION ALL
      SELECT 'FUNCTION', oid::regprocedure::text FROM pg_proc
      WHERE prokind = 'f' AND pronamespace = 'public'::regnamespace AND pg_get_userbyid(proowner) = current_user
    LOOP EXECUTE format('ALTER %s %s OWNER TO %I', made.kind, made.name, ${role}); END LOOP;
  END $$`
}

/**
 * Lets this role alone take advisory locks, which belong to a database and not to a schema: a role that may only read could
 * otherwise take those of the recorder, and so stop its snapshots.
 */
function ownLocks(role: string): string {
  return `DO $$ DECLARE taking text; BEGIN
    FOR taking IN
      SELECT oid::regprocedure::text FROM pg_proc
      WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^pg_(try_)?advisory_'
    LOOP
      EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', taking);
      EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', taking, ${role});
    END LOOP;
  END $$`
}

/** Every role may store large objects otherwise, also one that may only read, until the disk is full. */
const noLargeObjects = `DO $$ DECLARE making text; BEGIN
    FOR making IN
      SELECT oid::regprocedure::text FROM pg_proc
      WHERE pronamespace = 'pg_catalog'::regnamespace AND proname IN ('lo_creat', 'lo_create', 'lo_from_bytea')
    LOOP EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', making); END LOOP;
  END $$`

async function withAdministrator(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

/** Makes a role if there is none of this name. @returns its name, quoted */
async function roleIn(client: pg.Client, role: string): Promise<string> {
  const name = client.escapeIdentifier(role)
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role])
  if (rowCount === 0) await client.query(`CREATE ROLE ${name}`)
  return name
}

async function runAll(client: pg.Client, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await client.query(statement)
}
