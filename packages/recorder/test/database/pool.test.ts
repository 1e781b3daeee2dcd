import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { createPool, inTransaction } from '../../src/database/pool.js'
import { startTestDatabase, type TestDatabase } from '../plumbing/database.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

let database: TestDatabase

beforeAll(async () => {
  database = await startTestDatabase()
})

afterAll(() => database?.stop())

test('a connection has Postgres compile no query, and keeps the options of its address', async () => {
  const url = new URL(database.databaseUrl)
  url.searchParams.set('options', '-c search_path=memory')
  const pool = createPool(url.href)
  try {
    const { rows } = await pool.query(
      `SELECT current_setting('jit') AS jit, current_setting('search_path') AS search_path`,
    )
    expect(rows).toEqual([{ jit: 'off', search_path: 'memory' }])
  } finally {
    await pool.end()
  }
})

test('a database with unusual settings is read and written like any other', async () => {
  const { name } = (await database.pool.query('SELECT current_database() AS name')).rows[0]
  const habits = [
    "datestyle = 'SQL, DMY'",
    "default_transaction_isolation = 'serializable'",
    'extra_float_digits = -9',
  ]
  for (const habit of habits) await database.pool.query(`ALTER DATABASE ${name} SET ${habit}`)
  const pool = createPool(database.databaseUrl)
  try {
    const { rows } = await pool.query(
      "SELECT '2026-03-10T12:00:00.5Z'::timestamptz AS at, 0.1::float8 + 0.2 AS number",
    )
    expect(rows).toEqual([{ at: new Date('2026-03-10T12:00:00.5Z'), number: 0.1 + 0.2 }])
    // A snapshot taken while it waits for a lock would hide what the holder of the lock has written.
    const isolation = await inTransaction(pool, (client) => client.query('SHOW transaction_isolation'))
    expect(isolation.rows).toEqual([{ transaction_isolation: 'read committed' }])
  } finally {
    await pool.end()
    for (const habit of habits) {
      await database.pool.query(`ALTER DATABASE ${name} RESET ${habit.split(' ')[0]}`)
    }
  }
})
