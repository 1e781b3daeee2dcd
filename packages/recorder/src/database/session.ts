import pg from 'pg'
import { type AddressSources, connectionOf, ownSources, readAddress } from './address.js'
import { goesWithoutTls } from './tls.js'

/** Longer than any query of ours; a statement that takes more is stuck behind something. */
export const statementTimeoutMs = 30_000

/**
 * A transaction in which nothing was asked for so long is ended by Postgres, in ms: behind it is a client whose
 * connection broke without a word, and its locks would keep everybody else waiting for hours.
 */
export const idleTransactionMs = 20_000

/**
 * What every statement needs, whatever the database or its user is set to: times in the one format that is read,
 * numbers with all their digits, and an end. And no compiling: Postgres holds queries over many days' tables dearer than
 * they are, and would compile them for several times as long as they run.
 */
const settings = {
  datestyle: 'ISO',
  extra_float_digits: '1',
  jit: 'off',
  statement_timeout: String(statementTimeoutMs),
  idle_in_transaction_session_timeout: String(idleTransactionMs),
}
export type Settings = Readonly<Record<string, string>>

function setting(scope: 'SESSION' | 'LOCAL', all: Settings): string {
  return Object.entries(all)
    .map(([name, value]) => `SET ${scope} ${name} = '${value}'`)
    .join('; ')
}

/**
 * Begins a transaction with settings that end with it. That works behind a pooler too, which gives each transaction
 * another session and refuses settings at the start of a connection. Each statement sees what was committed before it:
 * after waiting for a lock, what its holder has written. A database can be set to another default.
 */
export function beginWith(changed: Settings = {}, mode = 'ISOLATION LEVEL READ COMMITTED'): string {
  return `BEGIN ${mode}; ${setting('LOCAL', { ...settings, ...changed })}`
}

/** Connections whose session is theirs alone, with its settings. */
const ownSessions = new WeakSet<pg.ClientBase>()

/** Whether the settings hold for the session: no pooler is in between. */
export function hasOwnSession(client: pg.ClientBase): boolean {
  return ownSessions.has(client)
}

/** Sets up a new connection, unless a pooler shares its session with others. */
export async function setUpSession(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  // A pooler answers the start of a connection itself, and gives a number of its own.
  if (rows[0]?.pid !== (client as pg.ClientBase & { processID?: number }).processID) return
  await client.query(setting('SESSION', settings))
  ownSessions.add(client)
}

/**
 * Connects a single client.
 * @throws MnemoscopeError DATABASE_ADDRESS; the error of the connection
 */
export async function openClient(
  databaseUrl: string,
  name: string,
  sources: AddressSources = ownSources(),
): Promise<pg.Client> {
  const address = readAddress(databaseUrl, sources)
  const config = { ...connectionOf(address, sources), application_name: name, keepAlive: true }
  try {
    return await connected(config)
  } catch (error) {
    if (!goesWithoutTls(address.parts.sslmode, error)) throw error
    return connected({ ...config, ssl: false })
  }
}

async function connected(config: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(config)
  // A server that goes away fails the query that waits; without a listener it would end the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return client
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
}
