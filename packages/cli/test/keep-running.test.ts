import { afterAll, describe, expect, test } from '@jest/globals'
import { type ServerProcess, startProcess } from '@mnemoscope/servers'
import { eventually } from '../../../test/harness/eventually.js'
import { temporaryFolder } from '../../../test/harness/temporary-folder.js'
import { keepRunning, restartDelayMs } from '../src/up/keep-running.js'

const folder = temporaryFolder('keep-running')
afterAll(() => folder.remove())

describe('the wait before a restart', () => {
  test.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [6, 30_000],
    [60, 30_000],
  ])('after failure %d in a row is %d ms', (failures, delay) => {
    expect(restartDelayMs(failures)).toBe(delay)
  })
})

describe('a part that is kept running', () => {
  test('is started again after a kill -9, and not after it was stopped', async () => {
    const told: string[] = []
    const part = await keepRunning('sleeper', sleeper, {
      restarting: (name, why) => told.push(`${name} ${why}`),
      restarted: (name) => told.push(`${name} again`),
    })
    const first = part.pid()
    process.kill(first, 'SIGKILL')
    await eventually('the restart', () => told.includes('sleeper again'))
    expect(told[0]).toBe('sleeper ended by SIGKILL')
    expect(part.pid()).not.toBe(first)

    await part.stop()
    expect(isAlive(part.pid())).toBe(false)
    expect(told).toHaveLength(2)
  })

  test('that cannot start is told at once', async () => {
    const events = { restarting: () => {}, restarted: () => {} }
    const start = () => Promise.reject(new Error('no such program'))
    await expect(keepRunning('nothing', start, events)).rejects.toThrow('no such program')
  })
})

function sleeper(): Promise<ServerProcess> {
  return startProcess({
    name: 'sleeper',
    command: process.execPath,
    args: ['-e', 'setInterval(() => {}, 1000)'],
    stateDir: folder.path,
    ready: async () => true,
    readyTimeoutMs: 10_000,
  })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
