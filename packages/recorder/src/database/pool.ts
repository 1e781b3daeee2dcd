import { finished, Writable } from 'node:stream'
import pg from 'pg'

/** Longer than any query of ours; a statement that takes more is stuck behind something. */
const statementTimeoutMs = 30_000

/**
 * A transaction in which nothing was asked for so long is ended by Postgres, in ms: behind it is a client whose
 * connection broke without a word, and its locks would keep everybody else waiting for hours.
 */
export const idleTransactionMs = 20_000

export interface PoolOptions {
  /** Most connections. Default 10: exclusive work (see `exclusively`) holds up to six while it runs. */
  readonly max?: number
}

/**
 * A pool of connections to the recorder's database. Statements end after 30 s, and so does waiting for an answer
 * that a cut connection will never bring. Close it with `pool.end()`.
 */
export function createPool(databaseUrl: string, { max = 10 }: PoolOptions = {}): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: 'mnemoscope-recorder',
    max,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: idleTransactionMs,
    query_timeout: statementTimeoutMs + 5_000,
    onConnect: setUp,
  })
  // An idle connection that breaks is replaced at its next use; without a listener it would end the process.
  pool.on('error', () => undefined)
  return pool
}

/**
 * What every connection needs, whatever the database or its user is set to: times in the one format that is read, and
 * numbers with all their digits. And no compiling: Postgres holds queries over many days' tables dearer than they are,
 * and would compile them for several times as long as they run. A statement, because options at the start of a connection
 * are the user's (`?options=`), and poolers refuse them.
 */
async function setUp(client: pg.ClientBase): Promise<void> {
  await client.query('SET datestyle = ISO; SET extra_float_digits = 1; SET jit = off')
}

/**
 * Begins a transaction whose statements each see what was committed before them: after waiting for a lock, what its
 * holder has written. A database can be set to another default.
 */
export const begin = 'BEGIN ISOLATION LEVEL READ COMMITTED'

/**
 * Runs `work` in one transaction. A connection that fails in any way is closed, not put back, so that nothing of a
 * half-done transaction is left in the pool.
 */
export function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return onConnection(pool, async (client) => {
    await client.query(begin)
    const result = await work(client)
    await client.query('COMMIT')
    return result
  })
}

/** Reads in one transaction whose statements all see the database as it is at the first one. */
export function atOneInstant<T>(pool: pg.Pool, read: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return onConnection(pool, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const result = await read(client)
    await client.query('COMMIT')
    return result
  })
}

/** Runs a statement that may be in no transaction, with this time limit for each lock that it waits for, in ms. */
export function outsideTransaction(pool: pg.Pool, statement: string, lockTimeoutMs: number): Promise<void> {
  return onConnection(pool, async (client) => {
    await client.query(`SET lock_timeout = ${lockTimeoutMs}`)
    await client.query(statement)
    await client.query('RESET lock_timeout')
  })
}

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
      const last = parameters.at(-1)
      // The pool's own way of asking; transactions wait for the promise instead.
      if (typeof last === 'function') {
        return query(...parameters.slice(0, -1), (...results: unknown[]) => {
          end()
          last(...results)
        })
      }
      const result = query(...parameters)
      // What is streamed into the database is no promise.
      if (result instanceof Writable) finished(result, end)
      else Promise.resolve(result).then(end, end)
      return result
    }
    client.query = timed as typeof client.query
  })
}
