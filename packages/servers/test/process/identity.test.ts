import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from '@jest/globals'
import { commandLineOf, identify, isRunning } from '../../src/process/identity.js'
import { waitUntil } from '../../src/process/wait-until.js'

test('a running process is identified, and no longer once it has ended', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 60000)'])
  await once(child, 'spawn')
  const identity = identify(child.pid as number)
  if (identity === undefined) throw new Error('not identified')
  expect(isRunning(identity)).toBe(true)
  expect(isRunning({ ...identity, started: 'at another time' })).toBe(false)
  expect(commandLineOf(identity.pid)).toContain('setInterval')
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(await waitUntil(() => !isRunning(identity), 5_000)).toBe(true)
  expect(commandLineOf(identity.pid)).toBeUndefined()
})

test('a process has the same identity whenever it is asked for', () => {
  expect(identify(process.pid)).toEqual(identify(process.pid))
})
