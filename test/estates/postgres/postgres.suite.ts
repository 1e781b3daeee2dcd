import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { makeReader, type RunningPostgres, startPostgres } from '@mnemoscope/servers'
import pg from 'pg'
import { createPool } from '../../../packages/recorder/src/index.js'
import { mnemoscopeHere } from '../../harness/command.js'
import { databaseAt, lastRows } from '../../harness/postgres.js'
import { temporaryFolder } from '../../harness/temporary-folder.js'
import { type Certificates, makeCertificates } from './certificates.js'
import { keepsHistory } from './history.js'
import { findPgBouncer, type PgBouncer, startPgBouncer } from './pgbouncer.js'
import { tlsSettings } from './tls.js'

const folder = temporaryFolder('estate-postgres')
/** Every character that means something in an address, a service file, SQL or a shell. */
const password = `a:/?#[]@!$&'()*+,;=%"\\ b`
let certificates: Certificates
let server: RunningPostgres
let bouncer: PgBouncer

beforeAll(async () => {
  certificates = await makeCertificates(folder.path, 'certified')
  server = await startPostgres({
    stateDir: folder.path,
    port: 0,
    durable: false,
    settings: tlsSettings(folder.path, certificates, ['reader']),
  })
  await lastRows(
    server.url,
    `CREATE ROLE ann LOGIN PASSWORD ${pg.escapeLiteral(password)}`,
    'CREATE ROLE certified LOGIN',
    'CREATE DATABASE ann OWNER ann',
    'CREATE DATABASE certified OWNER certified',
    'CREATE DATABASE pooled OWNER mnemoscope',
  )
  const program = await findPgBouncer()
  if (!program.isThere) throw new Error(program.reason)
  const { username, password: own } = new URL(server.url)
  await makeReader(databaseAt(server.url, 'pooled'), { role: 'reader', password: 'reader' })
  bouncer = await startPgBouncer(program, folder.path, server.port, { [username]: own, reader: 'reader' })
}, 180_000)

afterAll(async () => {
  await bouncer?.stop()
  await server?.stop()
  folder.remove()
})

const encoded = encodeURIComponent(password)
const at = (rest: string) => `postgres://ann:${encoded}@localhost:${server.port}/ann${rest}`

/** What a command says that fails; it has no stack, no password, and one next step. */
async function failure(env: NodeJS.ProcessEnv): Promise<string> {
  const { exitCode, stderr } = await mnemoscopeHere(folder.path, ['replay'], env)
  expect(exitCode).toBeGreaterThan(0)
  expect(stderr).toMatch(/^mnemoscope: DATABASE_[A-Z]+\n {2}.+\n( {2}Expected: .+\n)? {2}Next: .+\n$/)
  for (const secret of [password, encoded, 'geheim']) expect(stderr).not.toContain(secret)
  return stderr
}
const works = async (env: NodeJS.ProcessEnv) => {
  const { exitCode, stderr, stdout } = await mnemoscopeHere(folder.path, ['replay'], env)
  expect({ exitCode, stderr, stdout }).toEqual({
    exitCode: 0,
    stderr: '',
    stdout: '0 deliveries will be tried again\n',
  })
}

describe('A Postgres with TLS and a private CA', () => {
  test.each<[string, () => NodeJS.ProcessEnv]>([
    ['sslmode left out', () => ({ DATABASE_URL: at('') })],
    ['require', () => ({ DATABASE_URL: at('?sslmode=require') })],
    [
      'verify-ca',
      () => ({
        DATABASE_URL: at(`?sslmode=verify-ca&sslrootcert=${certificates.ca}`).replace(
          'localhost',
          '127.0.0.1',
        ),
      }),
    ],
    ['verify-full', () => ({ DATABASE_URL: at(`?sslmode=verify-full&sslrootcert=${certificates.ca}`) })],
    [
      'a password as it stands',
      () => ({ DATABASE_URL: `postgres://ann:${password}@localhost:${server.port}/ann?sslmode=require` }),
    ],
    [
      'a client certificate',
      () => ({
        DATABASE_URL: `postgres://certified@localhost:${server.port}/certified?sslmode=verify-full&sslrootcert=${certificates.ca}&sslcert=${certificates.clientCertificate}&sslkey=${certificates.clientKey}`,
      }),
    ],
    [
      'PG* variables',
      () => ({
        ...{ DATABASE_URL: 'postgres://', PGHOST: 'localhost', PGPORT: String(server.port), PGUSER: 'ann' },
        ...{
          PGPASSWORD: password,
          PGDATABASE: 'ann',
          PGSSLMODE: 'verify-full',
          PGSSLROOTCERT: certificates.ca,
        },
      }),
    ],
    [
      'a service file and a password file',
      () => {
        const [services, passwords] = ['services', 'passwords'].map((name) => join(folder.path, name)) as [
          string,
          string,
        ]
        writeFileSync(
          services,
          `[memory]\nhost=localhost\nport=${server.port}\nuser=ann\ndbname=ann\nsslmode=require\n`,
        )
        const entry = ['localhost', server.port, 'ann', 'ann', password.replace(/[\\:]/g, '\\$&')].join(':')
        writeFileSync(passwords, `${entry}\n`, { mode: 0o600 })
        return { DATABASE_URL: 'service=memory', PGSERVICEFILE: services, PGPASSFILE: passwords }
      },
    ],
  ])('is used with %s', async (_, env) => {
    await works(env())
  })

  test.each<[string, () => NodeJS.ProcessEnv, string, string]>([
    ['no TLS', () => ({ DATABASE_URL: at('?sslmode=disable') }), 'DATABASE_UNREACHABLE', 'sslmode'],
    ['no CA', () => ({ DATABASE_URL: at('?sslmode=verify-full') }), 'not trusted here', 'sslrootcert'],
    [
      'another name',
      () => ({
        DATABASE_URL: at(`?sslmode=verify-full&sslrootcert=${certificates.ca}`).replace(
          'localhost',
          '127.0.0.1',
        ),
      }),
      'for another name',
      'verify-ca',
    ],
    [
      'a CA file that is not there',
      () => ({ DATABASE_URL: at('?sslmode=verify-full&sslrootcert=/none.crt') }),
      '/none.crt',
      'sslrootcert',
    ],
    [
      'a CA file that is none',
      () => ({ DATABASE_URL: at(`?sslmode=verify-full&sslrootcert=${folder.path}/pg_hba.conf`) }),
      'DATABASE_UNREACHABLE',
      'sslrootcert',
    ],
    [
      'a key of another certificate',
      () => ({
        DATABASE_URL: at(
          `?sslmode=require&sslcert=${certificates.clientCertificate}&sslkey=${folder.path}/ca.key`,
        ),
      }),
      'certificate files',
      'sslkey',
    ],
    [
      'no client certificate',
      () => ({ DATABASE_URL: `postgres://certified@localhost:${server.port}/certified?sslmode=require` }),
      'client certificate',
      'sslcert',
    ],
    [
      'another password',
      () => ({ DATABASE_URL: at('?sslmode=require').replace(encoded, 'geheim') }),
      'refuses the user or the password',
      'password',
    ],
    [
      'no password',
      () => ({ DATABASE_URL: at('?sslmode=require').replace(`:${encoded}`, ''), PGPASSFILE: '/none' }),
      'there is none',
      'PGPASSWORD',
    ],
    [
      'another database',
      () => ({ DATABASE_URL: at('?sslmode=require').replace('/ann?', '/none?') }),
      'no such database',
      'database',
    ],
    [
      'a service that is not there',
      () => ({ DATABASE_URL: 'service=none' }),
      'no service "none"',
      'PGSERVICEFILE',
    ],
    [
      'no server',
      () => ({ DATABASE_URL: 'postgres://ann:geheim@127.0.0.1:1/ann' }),
      'does not answer',
      'Start Postgres',
    ],
  ])('with %s is one message with the next step', async (_, env, says, next) => {
    const said = await failure(env())
    expect(said).toContain(says)
    expect(said.split('Next:')[1]).toContain(next)
  })
})

describe('PgBouncer in transaction mode with its defaults', () => {
  const pooled = (search = '') =>
    Object.assign(new URL(databaseAt(server.url, 'pooled')), { port: bouncer.port, search }).href

  test('keeps the history, and no setting leaks into sessions of others', async () => {
    await keepsHistory(pooled())
    const leaked = await lastRows(
      pooled(),
      `SELECT name, setting FROM pg_settings WHERE source = 'session' AND name <> 'application_name' AND name <> 'client_encoding'`,
    )
    expect(leaked).toEqual([])
    const pool = createPool(pooled())
    try {
      const { rows } = await pool.query(
        `SELECT current_setting('jit') AS jit, current_setting('statement_timeout') AS most, current_setting('extra_float_digits') AS digits`,
      )
      expect(rows).toEqual([{ jit: 'off', most: '30s', digits: '1' }])
    } finally {
      await pool.end()
    }
  }, 60_000)

  test('is enough for every command that uses the database', async () => {
    const reader = pooled().replace(/\/\/[^@]+@/, '//reader:reader@')
    const env = { DATABASE_URL: pooled(), MNEMOSCOPE_READER_URL: reader }
    const run = async (...args: string[]) => {
      const { exitCode, stdout, stderr } = await mnemoscopeHere(folder.path, args, env)
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
      return stdout
    }
    expect(await run('database', 'rebuild', '--confirm')).toContain('deleted schema_baseline')
    expect(await run('replay')).toBe('0 deliveries will be tried again\n')
    const query = "SELECT count(*) AS n, current_setting('timezone') AS zone FROM snapshots"
    expect(await run('sql', '--csv', query)).toBe('n,zone\r\n0,UTC\r\n')
    expect(await run('export', 'snapshots', '-o', folder.path)).toContain('0 rows')
  }, 30_000)

  test.each<[string, () => NodeJS.ProcessEnv, string, string]>([
    [
      'options in the address',
      () => ({ DATABASE_URL: pooled('?options=-c%20search_path%3Dx') }),
      'pooler',
      'ALTER ROLE',
    ],
    [
      'another password',
      () => ({ DATABASE_URL: pooled().replace(/:[^:@]+@/, ':geheim@') }),
      'refuses the user or the password',
      'password',
    ],
    [
      'a database that Postgres does not have',
      () => ({ DATABASE_URL: pooled().replace('/pooled', '/none') }),
      'no such database',
      'database',
    ],
    [
      'TLS, which it has not',
      () => ({ DATABASE_URL: pooled('?sslmode=require') }),
      'no TLS',
      'sslmode=disable',
    ],
  ])('with %s is one message with the next step', async (_, env, says, next) => {
    const said = await failure(env())
    expect(said).toContain(says)
    expect(said.split('Next:')[1]).toContain(next)
  })
})
