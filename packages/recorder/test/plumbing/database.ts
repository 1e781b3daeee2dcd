import type pg from 'pg'
import { createPool } from '../../src/index.js'
import { startTestPostgres, type TestPostgres } from './postgres.js'

/** A database of one test file with the recorder's schema, on a Postgres of its own. */
export interface TestDatabase {
  readonly postgres: TestPostgres
  readonly databaseUrl: string
  readonly pool: pg.Pool
  stop(): Promise<void>
}

export async function startTestDatabase(): Promise<TestDatabase> {
  const postgres = await startTestPostgres()
  const databaseUrl = await postgres.newDatabase()
  const pool = createPool(databaseUrl)
  return {
    postgres,
    databaseUrl,
    pool,
    async stop() {
      await pool.end()
      await postgres.stop()
    },
  }
}
