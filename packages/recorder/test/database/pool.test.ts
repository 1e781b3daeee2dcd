import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { createPool } from '../../src/database/pool.js'
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
