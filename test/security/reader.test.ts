import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import pg from 'pg'
import { endLongReaders } from '../../packages/recorder/src/database/readers.js'
import { type SeededPostgres, startSeededPostgres } from '../dashboards/seed/postgres.js'
import { gains } from './attack.js'
import { databaseAttacks, readerAttacks } from './attacks/database.js'

// Somebody's own Postgres, with the roles of deploy/postgres/roles.sql. `npm run test:security` has that of `up`.
jest.setTimeout(60_000)

let postgres: SeededPostgres

beforeAll(async () => {
  postgres = await startSeededPostgres(async () => undefined)
})

afterAll(() => postgres?.stop())

test('the connection of the role that reads leads to nothing but reading', async () => {
  expect(await gains(readerAttacks, { database: postgres.reader })).toEqual({})
  expect(await gains(databaseAttacks, { database: postgres.recorder })).toEqual({})
  expect((await postgres.read('SELECT FROM alert_episodes')).rowCount).toBe(0)
})

test('a reader that lifts its limits of time is ended by the recorder, and a short one is not', async () => {
  const pool = new pg.Pool({ connectionString: postgres.recorder, max: 1 })
  const open = async () => {
    const client = new pg.Client(postgres.reader)
    client.on('error', () => undefined)
    await client.connect()
    await client.query('SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0')
    await client.query('BEGIN; SELECT FROM alert_episodes')
    return client
  }
  try {
    const long = await open()
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const short = await open()
    expect(await endLongReaders(pool, 900)).toBe(1)
    await expect(long.query('SELECT')).rejects.toThrow()
    await short.query('SELECT')
    await short.end()
  } finally {
    await pool.end()
  }
})
