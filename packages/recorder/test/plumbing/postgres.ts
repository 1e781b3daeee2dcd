import { openDatabases } from '../../../../test/harness/postgres.js'
import { migrate } from '../../src/database/migrate.js'

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
  await databases.template('migrated', migrate)
  return {
    newDatabase: () => databases.create('migrated'),
    newEmptyDatabase: () => databases.create(),
    stop: databases.stop,
  }
}
