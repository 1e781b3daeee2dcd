import { afterAll, describe, expect, test } from '@jest/globals'
import { type ServerProcess, startProcess } from '@mnemoscope/servers'
import { eventually } from '../../../../test/harness/eventually.js'
import { temporaryFolder } from '../../../../test/harness/temporary-folder.js'
import {
  keepRunning,
  partEvents,
  restartDelayMs,
  together,
  unlessAborted,
} from '../../src/up/keep-running.js'

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
  test('starts again after a kill -9, but not after it was stopped', async () => {
    const events: string[] = []
    const part = await keepRunning('sleeper', sleeper, {
      restarting: (name, why) => events.push(`${name} ${why}`),
      restarted: (name) => events.push(`${name} again`),
    })
    const first = part.pid()
    process.kill(first, 'SIGKILL')
    await eventually('the restart', () => events.includes('sleeper again'))
    expect(events[0]).toBe('sleeper ended by SIGKILL')
    expect(part.pid()).not.toBe(first)

    await part.stop()
    expect(isAlive(part.pid())).toBe(false)
    expect(events).toHaveLength(2)
  })

  test('that cannot start fails at once', async () => {
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

test('a part that runs again is shown, and saved in the run file', () => {
  const notes: string[] = []
  let written = 0
  partEvents({ note: (text) => notes.push(text) }, () => written++).restarted('postgres', 42)
  expect(notes).toEqual(['  ✓ postgres runs again (process 42)'])
  expect(written).toBe(1)
})

test('a disk that is too full for the run file does not stop the parts', () => {
  const notes: string[] = []
  const events = partEvents({ note: (text) => notes.push(text) }, () => {
    throw new Error('ENOSPC: no space left on device')
  })
  events.restarted('postgres', 42)
  expect(notes.join('\n')).toContain('no space left on device')
})

describe('parts that start at the same time', () => {
  const refused = new Error('connect ECONNREFUSED')

  test('stop waiting for a download as soon as one of them fails', async () => {
    const failure = new AbortController()
    const download = new Promise<string>(() => {})
    const starting = [Promise.reject(refused), unlessAborted(download, failure.signal)] as const
    await expect(together(starting, failure)).rejects.toBe(refused)
  })

  test('report the first failure once the others have started or failed', async () => {
    const failure = new AbortController()
    const order: string[] = []
    failure.signal.addEventListener('abort', () => order.push('nothing else starts'))
    const slow = new Promise<void>((resolve) => setTimeout(resolve, 50)).then(() => order.push('started'))
    const later = slow.then(() => Promise.reject(new Error('later')))
    await expect(together([slow, Promise.reject(refused), later], failure)).rejects.toBe(refused)
    expect(order).toEqual(['nothing else starts', 'started'])
  })

  test('give their results in order', async () => {
    const failure = new AbortController()
    const tools = unlessAborted(Promise.resolve('tools'), failure.signal)
    expect(await together([Promise.resolve(1), tools], failure)).toEqual([1, 'tools'])
    expect(failure.signal.aborted).toBe(false)
  })

  test('do not wait for a download after they were stopped', async () => {
    await expect(unlessAborted(Promise.resolve(1), AbortSignal.abort())).rejects.toThrow('stopped')
  })
})
