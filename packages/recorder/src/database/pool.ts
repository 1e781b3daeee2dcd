import { randomUUID } from 'node:crypto'
import { finished, Writable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { connectionOf, readAddress } from './address.js'
import { isFull } from './errors.js'
import { beginWith, hasOwnSession, setUpSession, statementTimeoutMs } from './session.js'
import { goesWithoutTls } from './tls.js'

export interface PoolOptions {
  /** Most connections. Default 10. */
  readonly max?: number
}

/** How long a statement waits for a connection where Postgres has none left, and how often it tries. */
const fullWaitMs = 5_000
const fullRetryMs = 100

/**
 * A pool of connections to the recorder's database. Statements end after 30 s, and so does waiting for an answer
 * that a cut connection will never bring. Close it with `pool.end()`.
 * @param databaseUrl see `readAddress`
 * @throws MnemoscopeError DATABASE_ADDRESS
 */
export function createPool(databaseUrl: string, { max = 10 }: PoolOptions = {}): pg.Pool {
  const address = readAddress(databaseUrl)
  const pool = new pg.Pool({
    ...connectionOf(address),
    application_name: 'mnemoscope-recorder',
    max,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    query_timeout: statementTimeoutMs + 5_000,
    onConnect: setUpSession,
  })
  // An idle connection that breaks is replaced at its next use; without a listener it would end the process.
  pool.on('error', () => undefined)
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>
  const connectAgain = async (): Promise<pg.PoolClient> => {
    const giveUpMs = Date.now() + fullWaitMs
    for (;;) {
      try {
        return await connect()
      } catch (error) {
        if (goesWithoutTls(address.parts.sslmode, error)) pool.options.ssl = false
        else if (isFull(error) && Date.now() < giveUpMs) await wait(fullRetryMs)
        else throw error
      }
    }
  }
  const queryAlone = (...statement: unknown[]) =>
    onConnection(pool, async (client) => {
      const query = () => (client.query as Query)(...statement)
      return hasOwnSession(client) ? query() : transact(client, beginWith(), query)
    })
  return Object.assign(pool, { connect: connectAgain, query: queryAlone }) as pg.Pool
}

/**
 * Runs `work` in one transaction. A connection that fails in any way is closed, not put back, so that nothing of a
 * half-done transaction is left in the pool.
 */
export function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return onConnection(pool, (client) => transact(client, beginWith(), () => work(client)))
}

/** Reads in one transaction whose statements all see the database as it is at the first one. */
export function atOneInstant<T>(pool: pg.Pool, read: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const begin = beginWith({}, 'ISOLATION LEVEL REPEATABLE READ READ ONLY')
  return onConnection(pool, (client) => transact(client, begin, () => read(client)))
}

async function transact<T>(client: pg.PoolClient, begin: string, work: () => Promise<T> | T): Promise<T> {
  await client.query(begin)
  const result = await work()
  await client.query('COMMIT')
  return result
}

/**
 * Runs a statement that may be in no transaction, and cancels it if it takes longer than this, in ms. The time limit
 * can't be a setting: behind a pooler the statement would run in another session.
 */
export async function outsideTransaction(pool: pg.Pool, statement: string, timeoutMs: number): Promise<void> {
  const marked = `/* ${randomUUID()} */ ${statement}`
  const ended = new AbortController()
  let isLate = false
  const limit = wait(timeoutMs, undefined, { signal: ended.signal }).then(
    () => {
      isLate = true
      return pool.query(cancelSql, [marked]).catch(() => undefined)
    },
    () => undefined,
  )
  try {
    await onConnection(pool, (client) => client.query(marked))
  } catch (cause) {
    throw isLate
      ? new Error(`cancelled after ${timeoutMs / 1_000} s: others use the table`, { cause })
      : cause
  } finally {
    ended.abort()
    await limit
  }
}

/** Postgres shows the statements of a role to itself, and lets it cancel them. */
const cancelSql = `SELECT pg_cancel_backend(pid) FROM pg_stat_activity
  WHERE query = $1 AND state = 'active' AND pid <> pg_backend_pid()`

async function onConnection<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  // Without a listener, a server that goes away between two statements would end the process.
  const ignore = () => undefined
  client.on('error', ignore)
  let failed = true
  try {
    const result = await work(client)
    failed = false
    return result
  } finally {
    client.off('error', ignore)
    client.release(failed)
  }
}

type Query = (...parameters: unknown[]) => unknown

/** Calls `observe` with the seconds that each statement of a pool took, whether it succeeded or not. */
export function timeStatements(pool: pg.Pool, observe: (seconds: number) => void): void {
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as Query
    const timed: Query = (...parameters) => {
      const startedMs = performance.now()
      const end = () => observe((performance.now() - startedMs) / 1_000)
      const result = query(...parameters)
      // What is streamed into the database is no promise.
      if (result instanceof Writable) finished(result, end)
      else Promise.resolve(result).then(end, end)
      return result
    }
    client.query = timed as typeof client.query
  })
}
