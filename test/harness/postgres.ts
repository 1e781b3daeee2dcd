import { randomBytes } from 'node:crypto'
import pg from 'pg'

/**
 * Databases of one test file, on the Postgres that all files of a run share. Tests that stop the server, or change what
 * belongs to all its databases, start one with `startPostgres`.
 */
export interface TestDatabases {
  /** Connection string of the administrator. */
  readonly admin: string
  /** Makes a database as a copy of another one. @returns its connection string, of the administrator */
  create(template?: string): Promise<string>
  /** Makes the database that others are copies of, unless a file of this run has made it before. */
  template(name: string, fill: (url: string) => Promise<unknown>): Promise<void>
  /** Removes what was made, but for templates. */
  stop(): Promise<void>
}

export async function openDatabases(): Promise<TestDatabases> {
  const admin = await serverUrl()
  const made: string[] = []
  const urlOf = (name: string) => databaseAt(admin, name)
  return {
    admin,
    async create(template = 'template0') {
      const name = `test_${randomBytes(6).toString('hex')}`
      await asking(admin, async (client) => {
        const { rows } = await client.query<{ version: number }>(
          "SELECT current_setting('server_version_num')::int AS version",
        )
        // Copying files costs a quarter of what logging each page does, where the server waits for no disk. Before
        // Postgres 15 there was no other way.
        const strategy = (rows[0]?.version ?? 0) < 150_000 ? '' : ' STRATEGY FILE_COPY'
        await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}${strategy}`)
      })
      made.push(name)
      return urlOf(name)
    },
    template: (name, fill) =>
      serially(admin, async (client) => {
        const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [name])
        if (found.rowCount !== 0) return
        const unfinished = `${name}_unfinished`
        await client.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`)
        await client.query(`CREATE DATABASE ${unfinished} TEMPLATE template0`)
        await fill(urlOf(unfinished))
        await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${name}`)
      }),
    stop: () =>
      asking(admin, async (client) => {
        for (const name of made.splice(0)) await client.query(`DROP DATABASE ${name} WITH (FORCE)`)
      }),
  }
}

/**
 * Does what changes the server as a whole, such as its roles: one test file at a time. The client of `work` is connected
 * to the server's own database, whichever database `url` names.
 */
export function serially<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  // Advisory locks of two databases do not exclude each other. The lock ends with the connection.
  return asking(databaseAt(url, 'postgres'), async (client) => {
    await client.query('SELECT pg_advisory_lock(1)')
    return work(client)
  })
}

/** Runs statements one after the other on a connection of their own. @returns the rows of the last one */
export function lastRows(url: string, ...statements: readonly string[]): Promise<Record<string, unknown>[]> {
  return asking(url, async (client) => {
    let rows: Record<string, unknown>[] = []
    for (const statement of statements) rows = (await client.query(statement)).rows
    return rows
  })
}

/** The same address, of another database of the server. */
export function databaseAt(url: string, name: string): string {
  return Object.assign(new URL(url), { pathname: `/${name}` }).href
}

async function asking<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function serverUrl(): Promise<string> {
  const { MNEMOSCOPE_TEST_POSTGRES: broker } = process.env
  if (broker === undefined) throw new Error('no shared Postgres: these tests run with `npm test`')
  const response = await fetch(broker)
  const text = await response.text()
  if (!response.ok) throw new Error(`the shared Postgres did not start: ${text}`)
  return text
}
