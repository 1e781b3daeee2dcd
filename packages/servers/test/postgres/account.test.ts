import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { isReachable, makeOpenFolder, placeFor, postgresAccount } from '../../src/postgres/account.js'
import { stateDir } from '../fixtures/state-dir.js'

const stranger = { uid: 65_534, gid: 65_534 }
let state: ReturnType<typeof stateDir>
beforeEach(() => {
  state = stateDir()
  mkdirSync(join(state.path, 'home/project'), { recursive: true })
})
afterEach(() => state.remove())

test('root gives Postgres to another account, everybody else runs it themselves', () => {
  expect(postgresAccount(0)).toEqual(stranger)
  expect(postgresAccount(501)).toBeUndefined()
})

describe('isReachable', () => {
  test.each([
    [0o755, true],
    [0o711, true],
    [0o700, false],
    [0o750, false],
  ])('for a stranger below a folder of mode %o is %s', (mode, reachable) => {
    chmodSync(join(state.path, 'home'), mode)
    expect(isReachable(join(state.path, 'home/project'), stranger)).toBe(reachable)
    expect(isReachable(join(state.path, 'home/project/not/yet/there'), stranger)).toBe(reachable)
  })

  test('is true for the owner of closed folders', () => {
    chmodSync(join(state.path, 'home'), 0o700)
    const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
    expect(isReachable(join(state.path, 'home/project'), owner)).toBe(true)
  })
})

test('makeOpenFolder lets others through all it makes, whatever the umask, and changes nothing it finds', () => {
  const home = join(state.path, 'home')
  chmodSync(home, 0o711)
  const umask = process.umask(0o077)
  try {
    makeOpenFolder(join(home, 'var/lib/place'))
  } finally {
    process.umask(umask)
  }
  expect(isReachable(join(home, 'var/lib/place'), stranger)).toBe(true)
  expect(statSync(home).mode & 0o777).toBe(0o711)
  makeOpenFolder(home)
  expect(statSync(home).mode & 0o777).toBe(0o711)
})

describe('placeFor', () => {
  test('is in the state directory if the account can reach it', () => {
    const project = join(state.path, 'home/project')
    expect(placeFor(project, stranger, '/elsewhere')).toBe(join(project, 'postgres'))
  })

  test('is in the state directory for ourselves, however closed it is', () => {
    chmodSync(join(state.path, 'home'), 0o700)
    const project = join(state.path, 'home/project')
    expect(placeFor(project, undefined, '/elsewhere')).toBe(join(project, 'postgres'))
  })

  test('is elsewhere, the same for each state directory, if it is closed', () => {
    chmodSync(join(state.path, 'home'), 0o700)
    const project = join(state.path, 'home/project')
    const place = placeFor(project, stranger, '/elsewhere')
    expect(place).toMatch(/^\/elsewhere\/[0-9a-f]{16}$/)
    expect(placeFor(project, stranger, '/elsewhere')).toBe(place)
    expect(placeFor(join(state.path, 'home'), stranger, '/elsewhere')).not.toBe(place)
  })
})
