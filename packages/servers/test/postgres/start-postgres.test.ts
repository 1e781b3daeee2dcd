import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, expect, jest, test } from '@jest/globals'
import { type RunningPostgres, startPostgres } from '../../src/postgres/start-postgres.js'
import { ask } from '../fixtures/ask.js'
import { stateDir } from '../fixtures/state-dir.js'

// Locks, versions, ports, settings and accounts: start-postgres.suite.ts.
jest.setTimeout(60_000)

const state = stateDir()
let running: RunningPostgres[] = []

afterEach(async () => {
  await Promise.all(running.map((server) => server.kill()))
  running = []
})
afterAll(() => state.remove())

async function start(): Promise<RunningPostgres> {
  const server = await startPostgres({ stateDir: state.path, port: 0 })
  running.push(server)
  return server
}

test('gives a UTF-8 database in UTC that takes passwords over TCP on 127.0.0.1 only', async () => {
  const { url, port } = await start()
  expect(new URL(url).pathname).toBe('/mnemoscope')
  const [settings] = await ask(
    url,
    `SELECT current_setting('TimeZone') AS zone, current_setting('server_encoding') AS encoding,
            current_setting('listen_addresses') AS addresses, current_setting('unix_socket_directories') AS sockets,
            current_setting('fsync') AS fsync, current_setting('password_encryption') AS passwords,
            datlocprovider AS provider, datlocale AS locale
       FROM pg_database WHERE datname = current_database()`,
  )
  expect(settings).toEqual({
    zone: 'UTC',
    encoding: 'UTF8',
    addresses: '127.0.0.1',
    sockets: '',
    fsync: 'on',
    passwords: 'scram-sha-256',
    provider: 'b',
    locale: 'C.UTF-8',
  })
  const wrong = `postgres://mnemoscope:wrong@127.0.0.1:${port}/mnemoscope`
  await expect(ask(wrong, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
  expect(statSync(join(state.path, 'postgres-password')).mode & 0o777).toBe(0o600)
})

test('keeps its data and its password over an orderly stop and over kill -9', async () => {
  const first = await start()
  await ask(first.url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)')
  await first.stop()
  const second = await start()
  await ask(second.url, 'INSERT INTO kept VALUES (2)')
  await second.kill()
  expect(existsSync(join(second.dataDir, 'postmaster.pid'))).toBe(true)
  const third = await start()
  expect(await ask(third.url, 'SELECT n FROM kept ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }])
  expect(new URL(third.url).password).toBe(new URL(first.url).password)
})
