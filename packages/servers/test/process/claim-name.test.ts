import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { claimName } from '../../src/process/claim-name.js'
import { claimRecord } from '../../src/process/pid-file.js'
import { stateDir } from '../fixtures/state-dir.js'

let state: ReturnType<typeof stateDir>
beforeEach(() => {
  state = stateDir()
})
afterEach(() => state.remove())

test('a name is held by one process until it is given back', () => {
  const first = claimName(state.path, 'up')
  if ('heldBy' in first) throw new Error('held')
  expect(claimName(state.path, 'up')).toEqual({ heldBy: process.pid })
  expect(claimName(state.path, 'down')).toHaveProperty('release')
  first.release()
  expect(claimName(state.path, 'up')).toHaveProperty('release')
})

test('the name of a process that is gone is free', () => {
  claimRecord(state.path, {
    name: 'up',
    owner: { pid: process.pid, started: 'earlier' },
    stopSignal: 'SIGTERM',
  })
  expect(claimName(state.path, 'up')).toHaveProperty('release')
})
