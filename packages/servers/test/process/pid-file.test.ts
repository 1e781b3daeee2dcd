import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { claimName, claimRecord, discardRecord, pidFile, readRecord } from '../../src/process/pid-file.js'
import { stateDir } from '../fixtures/state-dir.js'

let state: ReturnType<typeof stateDir>
beforeEach(() => {
  state = stateDir()
})
afterEach(() => state.remove())

test('one process holds a name until it releases it', () => {
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

test('a record that another process has claimed since is not removed as stale', () => {
  const owner = { pid: process.pid, started: 'now' }
  claimRecord(state.path, { name: 'up', owner, stopSignal: 'SIGTERM' })
  discardRecord(state.path, 'up', () => true)
  expect(readRecord(state.path, 'up')?.owner).toEqual(owner)
  discardRecord(state.path, 'up', () => false)
  expect(readdirSync(dirname(pidFile(state.path, 'up')))).toEqual([])
})

test('a name whose file cannot be read is not taken from its holder', () => {
  const file = pidFile(state.path, 'up')
  mkdirSync(dirname(file), { recursive: true })
  symlinkSync(file, file)
  expect(() => claimName(state.path, 'up')).toThrow('ELOOP')
})
