import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import pg from 'pg'
import {
  type PostgresOptions,
  type RunningPostgres,
  startPostgres,
} from '../../src/postgres/start-postgres.js'
import { ask } from '../fixtures/ask.js'
import { stateDir } from '../fixtures/state-dir.js'

jest.setTimeout(60_000)

let state: ReturnType<typeof stateDir>
let elsewhere: ReturnType<typeof stateDir>
let running: RunningPostgres[]
/** A state directory with a database: each test begins with it as the one before has left it, even killed. */
let made: ReturnType<typeof stateDir>

beforeAll(async () => {
  made = stateDir()
  await (await startPostgres({ stateDir: made.path, port: 0, durable: false })).stop()
})
afterAll(() => made.remove())

beforeEach(() => {
  state = stateDir()
  elsewhere = stateDir()
  running = []
})
afterEach(async () => {
  await Promise.all(running.map((server) => server.kill()))
  state.remove()
  elsewhere.remove()
})

async function start(more: Partial<PostgresOptions> = {}): Promise<RunningPostgres> {
  const server = await startPostgres({
    stateDir: state.path,
    port: 0,
    fallbackRoot: elsewhere.path,
    durable: false,
    ...more,
  })
  running.push(server)
  return server
}

/** Starts the database that was made before: a new one, or a copy of it, takes several times as long. */
function startMade(more: Partial<PostgresOptions> = {}): Promise<RunningPostgres> {
  return start({ stateDir: made.path, ...more })
}

describe('startPostgres', () => {
  test('recovers from the lock of a killed server whose id another process of that user has now', async () => {
    const { dataDir, ...server } = await startMade()
    await server.kill()
    const { uid, gid } = statSync(dataDir)
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 60000)'], { uid, gid, cwd: '/' })
    await once(stranger, 'spawn')
    try {
      const lock = join(dataDir, 'postmaster.pid')
      writeFileSync(lock, readFileSync(lock, 'utf8').replace(/^\d+/, String(stranger.pid)))
      expect(await ask((await startMade()).url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
      expect(stranger.exitCode ?? stranger.signalCode).toBeNull()
    } finally {
      stranger.kill('SIGKILL')
    }
  })

  test('stops in order while clients are connected, without waiting for them to leave', async () => {
    const server = await startMade({ stopGraceMs: 600_000 })
    const client = new pg.Client({ connectionString: server.url })
    client.on('error', () => {})
    await client.connect()
    await server.stop()
    expect(await server.exited).toEqual({ code: 0, signal: null, requested: true })
    await client.end()
  })

  test('refuses a data directory that a running Postgres uses, also from another state directory', async () => {
    const { dataDir, pid } = await startMade()
    const other = join(elsewhere.path, 'state')
    await expect(start({ stateDir: other, dataDir })).rejects.toMatchObject({
      code: 'ALREADY_RUNNING',
      value: pid,
    })
    await expect(startMade()).rejects.toMatchObject({ code: 'ALREADY_RUNNING' })
    expect(existsSync(join(dataDir, 'postmaster.pid'))).toBe(true)
  })

  test('refuses the data directory of another major version and leaves it alone', async () => {
    const dataDir = join(state.path, 'postgres/data')
    mkdirSync(dataDir, { recursive: true })
    writeFileSync(join(dataDir, 'PG_VERSION'), '17\n')
    await expect(start()).rejects.toMatchObject({
      code: 'DATABASE_VERSION',
      value: '17',
      expected: expect.stringContaining('18'),
    })
    expect(readFileSync(join(dataDir, 'PG_VERSION'), 'utf8')).toBe('17\n')
  })

  test('asked for by two at once makes one cluster, and one of them has it', async () => {
    const outcomes = await Promise.allSettled([start(), start()])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const refused = outcomes.find((outcome) => outcome.status === 'rejected')
    expect(refused?.reason).toMatchObject({ code: 'ALREADY_RUNNING' })
    expect(await ask(running[0]?.url ?? '', 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  test('names a port that is in use', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const { port } = holder.address() as AddressInfo
    await expect(startMade({ port })).rejects.toMatchObject({ code: 'PORT_IN_USE', value: port })
    holder.close()
  })

  test('takes further settings, and gives up durability on request', async () => {
    const { url } = await startMade({ settings: { work_mem: '6MB' } })
    const shown = `SELECT current_setting('fsync') AS fsync, current_setting('work_mem') AS work_mem`
    expect(await ask(url, shown)).toEqual([{ fsync: 'off', work_mem: '6MB' }])
  })

  test('says with the last lines of the log what a setting does wrong', async () => {
    const refused = startMade({ settings: { work_mem: 'plenty' } })
    await expect(refused).rejects.toMatchObject({
      code: 'PROCESS_ENDED',
      message: expect.stringContaining('work_mem'),
    })
  })

  const asRoot = process.getuid?.() === 0 ? test : test.skip
  asRoot(
    'started by root runs as another user, in a separate place if the state directory is closed',
    async () => {
      chmodSync(state.path, 0o700)
      const { url, dataDir } = await start()
      expect(dataDir.startsWith(elsewhere.path)).toBe(true)
      expect(statSync(dataDir).uid).toBe(65_534)
      expect(await ask(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
      await running[0]?.stop()
      expect((await start()).dataDir).toBe(dataDir)
    },
  )
})
