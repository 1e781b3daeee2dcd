import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type RunningPostgres, startPostgres } from '@mnemoscope/servers'
import { prepareDatabase } from '../../packages/recorder/src/index.js'
import { keepsHistory } from '../estates/postgres/history.js'
import { lastRows } from '../harness/postgres.js'
import { repository } from '../harness/repository.js'
import { temporaryFolder } from '../harness/temporary-folder.js'

/** Set by `npm run test:postgres`; otherwise the version that is installed. */
const major = Number(process.env.MNEMOSCOPE_POSTGRES_MAJOR ?? 18)
const rolesFile = readFileSync(join(repository, 'deploy/postgres/roles.sql'), 'utf8')

const folder = temporaryFolder('managed-postgres')
let server: RunningPostgres

beforeAll(async () => {
  server = await startPostgres({ stateDir: folder.path, port: 0, durable: false })
}, 120_000)

afterAll(async () => {
  await server?.stop()
  folder.remove()
})

/** A user and a database, as a service hands them out: a connection string is all one gets. */
async function handedOut(name: string, rights = ''): Promise<string> {
  await lastRows(
    server.url,
    `CREATE ROLE ${name} LOGIN PASSWORD '${name}' NOSUPERUSER NOCREATEDB NOREPLICATION ${rights}`,
    `CREATE DATABASE ${name} OWNER ${name}`,
  )
  const url = new URL(server.url)
  url.username = name
  url.password = name
  url.pathname = `/${name}`
  return url.href
}

/** The same in a database of somebody else, where the user may create nothing. */
async function sharedWith(name: string): Promise<{ url: URL; admin: URL }> {
  const url = new URL(await handedOut(name, 'NOCREATEROLE'))
  const admin = new URL(server.url)
  admin.pathname = `/${name}`
  await lastRows(
    admin.href,
    `ALTER DATABASE ${name} OWNER TO mnemoscope`,
    'REVOKE CREATE ON SCHEMA public FROM PUBLIC',
  )
  return { url, admin }
}

describe(`Postgres ${major}, managed by somebody else`, () => {
  test('is the version that was asked for', async () => {
    const [row] = await lastRows(
      server.url,
      "SELECT current_setting('server_version_num')::int / 10000 AS major",
    )
    expect(row).toEqual({ major })
  })

  test('needs no more than a user who owns its database', async () => {
    await keepsHistory(await handedOut('owner', 'NOCREATEROLE'))
  })

  test('needs no more than a schema of one’s own in a database that others share', async () => {
    const { url, admin } = await sharedWith('guest')
    await lastRows(admin.href, 'CREATE SCHEMA memory AUTHORIZATION guest')
    url.searchParams.set('options', '-c search_path=memory')
    await keepsHistory(url.href)
    expect(
      await lastRows(admin.href, "SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace"),
    ).toEqual([])
  })

  test('that lets the user create nothing is an error that names the right that is missing', async () => {
    const { url } = await sharedWith('stranger')
    await expect(prepareDatabase(url.href)).rejects.toMatchObject({
      code: 'DATABASE_DENIED',
      message: expect.stringContaining('public'),
      next: expect.stringContaining('GRANT'),
    })
  })
})

describe('The roles file', () => {
  test('works for an administrator who is no superuser, before and after the tables are made', async () => {
    const admin = await handedOut('administrator', 'CREATEROLE')
    await lastRows(admin, rolesFile, "ALTER ROLE mnemoscope_recorder PASSWORD 'recorder'")
    const recorder = new URL(admin)
    recorder.username = 'mnemoscope_recorder'
    recorder.password = 'recorder'
    await keepsHistory(recorder.href)
    await lastRows(admin, rolesFile, "ALTER ROLE mnemoscope_reader PASSWORD 'reader'")
    const reader = new URL(admin)
    reader.username = 'mnemoscope_reader'
    reader.password = 'reader'
    expect(await lastRows(reader.href, 'SELECT count(*)::int AS n FROM snapshots')).toEqual([{ n: 0 }])
    expect(await lastRows(reader.href, 'SELECT FROM performance_snapshots')).toEqual([])
  })

  test('says what to do where the user may not create roles, and changes nothing', async () => {
    const url = await handedOut('plain', 'NOCREATEROLE')
    await prepareDatabase(url)
    await expect(lastRows(url, rolesFile)).rejects.toMatchObject({
      code: '42501',
      message: expect.stringContaining('may not create roles'),
      hint: expect.stringContaining('administrator'),
    })
  })
})
