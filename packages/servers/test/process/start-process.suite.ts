import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { identify, isRunning, type ProcessIdentity } from '../../src/process/identity.js'
import { endLeftovers } from '../../src/process/leftovers.js'
import { pidFile, readRecord } from '../../src/process/pid-file.js'
import { type ProcessOptions, type ServerProcess, startProcess } from '../../src/process/start-process.js'
import { waitUntil } from '../../src/process/wait-until.js'
import { buildPackage, killParent, startParent } from '../fixtures/parent.js'
import { stateDir } from '../fixtures/state-dir.js'

const sleeper = fileURLToPath(new URL('../fixtures/sleeper.mjs', import.meta.url))

jest.setTimeout(60_000)

let state: ReturnType<typeof stateDir>
let started: ServerProcess[]

beforeAll(buildPackage)
beforeEach(() => {
  state = stateDir()
  started = []
})
afterEach(async () => {
  await Promise.all(started.map((server) => server.kill()))
  await endLeftovers(state.path, { graceMs: 0 })
  state.remove()
})

const log = () => readFileSync(join(state.path, 'logs/sleeper.log'), 'utf8')
const options = (mode: string, more: Partial<ProcessOptions> = {}): ProcessOptions => ({
  name: 'sleeper',
  command: process.execPath,
  args: [sleeper, mode],
  stateDir: state.path,
  ready: async () => log().includes('sleeper'),
  readyTimeoutMs: 20_000,
  ...more,
})
async function start(mode: string, more: Partial<ProcessOptions> = {}): Promise<ServerProcess> {
  const server = await startProcess(options(mode, more))
  started.push(server)
  return server
}
function identityOf(pid: number): ProcessIdentity {
  const identity = identify(pid)
  if (identity === undefined) throw new Error(`process ${pid} does not run`)
  return identity
}
function recorded(): { server: ProcessIdentity; guardian: ProcessIdentity } {
  const record = readRecord(state.path, 'sleeper')
  if (record?.server === undefined || record.guardian === undefined) throw new Error('no complete record')
  return { server: record.server, guardian: record.guardian }
}
const gone = (identity: ProcessIdentity) => waitUntil(() => !isRunning(identity), 15_000)

describe('startProcess', () => {
  test('resolves when the server is ready, and stop ends it and its guardian', async () => {
    const server = await start('obedient')
    const { server: identity, guardian } = recorded()
    expect(server.pid).toBe(identity.pid)
    await server.stop()
    expect(isRunning(identity)).toBe(false)
    expect(await server.exited).toEqual({ code: 0, signal: null, requested: true })
    expect(await gone(guardian)).toBe(true)
    expect(readRecord(state.path, 'sleeper')).toBeUndefined()
  })

  test('waits for what it is ready after, without counting that time, and stops if that fails', async () => {
    let happens = () => {}
    const readyAfter = new Promise<void>((resolve) => {
      happens = resolve
    })
    let isReady = false
    const starting = start('obedient', { readyAfter, readyTimeoutMs: 400 }).then(() => {
      isReady = true
    })
    await waitUntil(
      () => existsSync(join(state.path, 'logs/sleeper.log')) && log().includes('sleeper'),
      15_000,
    )
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(isReady).toBe(false)
    happens()
    await starting
    await Promise.all(started.map((server) => server.stop()))

    const failed = Promise.reject(new Error('no programs'))
    await expect(startProcess(options('obedient', { readyAfter: failed }))).rejects.toThrow('no programs')
    expect(readRecord(state.path, 'sleeper')).toBeUndefined()
    const never = new Promise<void>(() => {})
    const broken = startProcess(options('broken', { readyAfter: never, args: ['-e', 'process.exit(3)'] }))
    await expect(broken).rejects.toThrow('ended before it was ready (exit code 3)')
  })

  const onLinux = process.platform === 'linux' ? test : test.skip
  onLinux(
    'a log that cannot be written, as on a full disk, ends neither the server nor its guardian',
    async () => {
      mkdirSync(join(state.path, 'logs'), { recursive: true })
      symlinkSync('/dev/full', join(state.path, 'logs/sleeper.log'))
      const written = join(state.path, 'written')
      const talker = `process.on('SIGTERM', () => process.exit(0))
      setInterval(() => {}, 60_000)
      process.stdout.write('a line', () => require('node:fs').writeFileSync(process.argv[1], ''))`
      const server = await start('', {
        args: ['-e', talker, written],
        ready: async () => existsSync(written),
      })
      await server.stop()
      expect(await server.exited).toEqual({ code: 0, signal: null, requested: true })
    },
  )

  test('stop may be called again and by several at once', async () => {
    const server = await start('obedient')
    await Promise.all([server.stop(), server.stop()])
    await server.stop()
  })

  test('a server that ignores its stop signal is killed after the grace', async () => {
    const server = await start('deaf', { stopGraceMs: 200 })
    await server.stop()
    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL', requested: true })
  })

  test('kill ends it at once, however long its grace', async () => {
    const server = await start('deaf', { stopGraceMs: 600_000 })
    await server.kill()
    expect((await server.exited).signal).toBe('SIGKILL')
  })

  test('exited says that a server which ended by itself was not asked to', async () => {
    const server = await start('obedient')
    process.kill(server.pid, 'SIGKILL')
    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL', requested: false })
  })

  test('a server that ends before it is ready is an error with the last lines of its log', async () => {
    const refused = startProcess(options('fail', { ready: async () => false }))
    await expect(refused).rejects.toMatchObject({
      code: 'PROCESS_ENDED',
      next: expect.stringContaining('sleeper.log'),
    })
    await expect(refused).rejects.toThrow(/exit code 3[\s\S]*no such thing as a sleeper/)
    expect(readRecord(state.path, 'sleeper')).toBeUndefined()
  })

  test('the lines of an earlier start are not shown as those of this one', async () => {
    await (await start('obedient')).stop()
    const refused = startProcess(options('fail', { ready: async () => false }))
    await expect(refused).rejects.not.toThrow(/sleeper obedient/)
  })

  test('a program that does not exist is an error naming it', async () => {
    const refused = startProcess(options('fail', { command: '/no/such/program' }))
    await expect(refused).rejects.toMatchObject({ code: 'PROCESS_ENDED', value: '/no/such/program' })
  })

  test('a server that is not ready in time is stopped and an error', async () => {
    const refused = startProcess(options('obedient', { ready: async () => false, readyTimeoutMs: 300 }))
    await expect(refused).rejects.toMatchObject({ code: 'PROCESS_NOT_READY', value: 300 })
    expect(readRecord(state.path, 'sleeper')).toBeUndefined()
  })

  test('a second start with the name of one that runs is refused and leaves it alone', async () => {
    const server = await start('obedient')
    await expect(startProcess(options('obedient'))).rejects.toMatchObject({ code: 'ALREADY_RUNNING' })
    expect(isRunning(identityOf(server.pid))).toBe(true)
  })

  test('a new log begins at the size limit and one old log is kept', async () => {
    const predecessor = join(state.path, 'logs/sleeper.log.1')
    const server = await start('obedient', {
      args: [sleeper, 'obedient', '200000'],
      logLimitBytes: 50_000,
      ready: async () => sizeOf(predecessor) > 0,
    })
    await server.stop()
    // A piece larger than the limit gets a separate file; pieces of a pipe are at most 64 KiB.
    expect(sizeOf(predecessor)).toBeLessThanOrEqual(65_536)
    expect(log().length).toBeLessThanOrEqual(65_536)
  })
})

describe('when our process is killed', () => {
  const call = (mode: string, more: Partial<ProcessOptions> = {}) =>
    ({ call: 'startProcess', options: { ...options(mode, more) } }) as const

  test('the server and its guardian end by themselves', async () => {
    const { parent } = await startParent([call('obedient')])
    const { server, guardian } = recorded()
    await killParent(parent)
    expect(await gone(server)).toBe(true)
    expect(await gone(guardian)).toBe(true)
  })

  test('with its process group, as Ctrl-C does, the server still gets its grace period', async () => {
    const { parent } = await startParent([call('deaf', { stopGraceMs: 600_000 })], { detached: true })
    const { server, guardian } = recorded()
    const left = once(parent, 'exit')
    process.kill(-(parent.pid as number), 'SIGKILL')
    await left
    expect(isRunning(guardian)).toBe(true)
    expect(isRunning(server)).toBe(true)
  })

  test('a server that ignores its stop signal is killed after the grace', async () => {
    const { parent } = await startParent([call('deaf', { stopGraceMs: 200 })])
    const { server } = recorded()
    await killParent(parent)
    expect(await gone(server)).toBe(true)
  })

  test('with its guardian, the next start ends the server they left before it starts its own', async () => {
    const { parent } = await startParent([call('obedient')])
    const { server, guardian } = recorded()
    process.kill(guardian.pid, 'SIGSTOP') // or it would do its work before it is killed
    await killParent(parent)
    process.kill(guardian.pid, 'SIGKILL')
    expect(await gone(guardian)).toBe(true)
    expect(isRunning(server)).toBe(true)
    const next = await start('obedient')
    expect(isRunning(server)).toBe(false)
    expect(isRunning(identityOf(next.pid))).toBe(true)
  })

  test('with its guardian, endLeftovers ends the server and says so', async () => {
    const { parent, pids } = await startParent([call('obedient')])
    const { guardian } = recorded()
    process.kill(guardian.pid, 'SIGSTOP')
    await killParent(parent)
    process.kill(guardian.pid, 'SIGKILL')
    expect(await endLeftovers(state.path)).toEqual([{ name: 'sleeper', pid: pids[0] }])
    expect(await endLeftovers(state.path)).toEqual([])
  })
})

describe('when only the guardian is killed', () => {
  test('the server, which nothing would end with us any more, is ended and exited settles', async () => {
    const server = await start('obedient')
    const { server: identity, guardian } = recorded()
    process.kill(guardian.pid, 'SIGKILL')
    expect(await server.exited).toEqual({ code: null, signal: null, requested: false })
    expect(isRunning(identity)).toBe(false)
  })
})

describe('endLeftovers', () => {
  const write = (record: object) => writeFileSync(pidFile(state.path, 'sleeper'), JSON.stringify(record))
  const dead = { pid: 1, started: 'long ago' }

  test('never signals a process that only has the id of the one written down', async () => {
    const server = await start('obedient')
    write({
      name: 'sleeper',
      owner: dead,
      server: { pid: server.pid, started: 'another' },
      stopSignal: 'SIGKILL',
    })
    expect(await endLeftovers(state.path)).toEqual([])
    expect(isRunning(identityOf(server.pid))).toBe(true)
  })

  test('names a process that it may not end', async () => {
    const server = await start('obedient')
    const identity = identityOf(server.pid)
    write({ name: 'sleeper', owner: dead, server: identity, stopSignal: 'SIGTERM' })
    const forbidden = jest.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' })
    })
    const refused = endLeftovers(state.path)
    await expect(refused).rejects.toMatchObject({ code: 'ALREADY_RUNNING', value: server.pid })
    forbidden.mockRestore()
  })

  test('leaves a server alone whose owner runs', async () => {
    const server = await start('obedient')
    expect(await endLeftovers(state.path)).toEqual([])
    expect(isRunning(identityOf(server.pid))).toBe(true)
  })

  test('removes a pid file that cannot be read', async () => {
    await (await start('obedient')).stop()
    writeFileSync(pidFile(state.path, 'sleeper'), '{"name": "slee')
    expect(await endLeftovers(state.path)).toEqual([])
    await start('obedient')
  })

  test('of a state directory that does not exist finds nothing', async () => {
    expect(await endLeftovers(join(state.path, 'nowhere'))).toEqual([])
  })
})

function sizeOf(path: string): number {
  try {
    return readFileSync(path).length
  } catch {
    return 0
  }
}
