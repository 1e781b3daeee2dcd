import { afterAll, beforeAll } from '@jest/globals'
import type pg from 'pg'
import { createPool } from '../../src/index.js'
import { startTestPostgres } from './postgres.js'

/** A database of one test file with the recorder's schema. */
export interface TestDatabase {
  readonly databaseUrl: string
  readonly pool: pg.Pool
  stop(): Promise<void>
}

export async function startTestDatabase(): Promise<TestDatabase> {
  const postgres = await startTestPostgres()
  const databaseUrl = await postgres.newDatabase()
  const pool = createPool(databaseUrl)
  return {
    databaseUrl,
    pool,
    async stop() {
      await pool.end()
      await postgres.stop()
    },
  }
}

/** The database of the tests around the call, as `startTestDatabase` gives it: there from before the first to after the last. */
export function ownDatabase(): Pick<TestDatabase, 'pool' | 'databaseUrl'> {
  let database: TestDatabase
  beforeAll(async () => {
    database = await startTestDatabase()
  }, 120_000)
  afterAll(() => database?.stop(), 60_000)
  return {
    get pool() {
      return database.pool
    },
    get databaseUrl() {
      return database.databaseUrl
    },
  }
}
