import { randomBytes } from 'node:crypto'
import { prepareDatabase } from '@mnemoscope/recorder'
import { makeReader } from '@mnemoscope/servers'
import pg from 'pg'
import { openDatabases, serially } from './postgres.js'

/** A database with the recorder's tables, and a role that only reads it. */
export interface ReaderDatabase {
  /** Connection string of the administrator. */
  readonly admin: string
  /** Connection string of the role, with its password. */
  readonly reader: string
  run(statement: string, values?: readonly unknown[]): Promise<pg.QueryResult>
  stop(): Promise<void>
}

export async function startReaderDatabase(): Promise<ReaderDatabase> {
  const databases = await openDatabases()
  await databases.template('prepared', prepareDatabase)
  const admin = await databases.create('prepared')
  const role = `reader_${randomBytes(4).toString('hex')}`
  await serially(admin, () => makeReader(admin, { role, password: 'of the reader' }))
  const client = new pg.Client(admin)
  await client.connect()
  const url = Object.assign(new URL(admin), { username: role, password: encodeURIComponent('of the reader') })
  return {
    admin,
    reader: url.href,
    run: (statement, values = []) => client.query(statement, [...values]),
    async stop() {
      await client.end()
      await databases.stop()
      await serially(admin, (server) => server.query(`DROP ROLE ${role}`))
    },
  }
}
