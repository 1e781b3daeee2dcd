import { type RunningPostgres, startPostgres } from '@mnemoscope/servers'
import pg from 'pg'
import { orEnd } from '../../../../test/harness/started.js'
import { temporaryFolder } from '../../../../test/harness/temporary-folder.js'
import { migrate } from '../../src/database/migrate.js'

/** A Postgres server of one test file. */
export interface TestPostgres {
  readonly server: RunningPostgres
  /** Makes a database with the recorder's schema, copied from a template. @returns its connection string */
  newDatabase(): Promise<string>
  /** Makes a database without anything in it. */
  newEmptyDatabase(): Promise<string>
  stop(): Promise<void>
}

export async function startTestPostgres(): Promise<TestPostgres> {
  const folder = temporaryFolder('recorder')
  const server = await startPostgres({ stateDir: folder.path, port: 0, durable: false })
  let count = 0
  const create = async (name: string, template: string): Promise<string> => {
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`)
    await client.end()
    const url = new URL(server.url)
    url.pathname = `/${name}`
    return url.href
  }
  const stop = async () => {
    await server.stop()
    folder.remove()
  }
  await orEnd(stop, async () => migrate(await create('migrated', 'template0')))
  return {
    server,
    newDatabase: () => create(`test_${++count}`, 'migrated'),
    newEmptyDatabase: () => create(`test_${++count}`, 'template0'),
    stop,
  }
}
