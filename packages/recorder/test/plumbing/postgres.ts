import { afterAll, beforeAll } from '@jest/globals'
import type pg from 'pg'
import { openDatabases } from '../../../../test/harness/postgres.js'
import { createPool } from '../../src/database/pool.js'
import { prepareDatabase } from '../../src/database/prepare.js'

/** Databases of one test file, on the Postgres that all files of a run share. */
export interface TestPostgres {
  /** Makes a database with the recorder's schema, copied from a template. @returns its connection string */
  newDatabase(): Promise<string>
  /** Makes a database without anything in it. */
  newEmptyDatabase(): Promise<string>
  /** Removes these databases. */
  stop(): Promise<void>
}

export async function startTestPostgres(): Promise<TestPostgres> {
  const databases = await openDatabases()
  await databases.template('prepared', prepareDatabase)
  return {
    newDatabase: () => databases.create('prepared'),
    newEmptyDatabase: () => databases.create(),
    stop: databases.stop,
  }
}

/** Databases of the test file that calls it, with connections that end with the file. */
export function ownPostgres(): Omit<TestPostgres, 'stop'> & { poolOf(databaseUrl: string): pg.Pool } {
  let postgres: TestPostgres
  const pools: pg.Pool[] = []
  beforeAll(async () => {
    postgres = await startTestPostgres()
  }, 60_000)
  afterAll(async () => {
    for (const pool of pools) await pool.end()
    await postgres?.stop()
  }, 60_000)
  return {
    newDatabase: () => postgres.newDatabase(),
    newEmptyDatabase: () => postgres.newEmptyDatabase(),
    poolOf(databaseUrl) {
      const pool = createPool(databaseUrl)
      pools.push(pool)
      return pool
    },
  }
}
