import { openDatabases } from '../../../../test/harness/postgres.js'
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
