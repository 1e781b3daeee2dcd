import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { temporaryFolder } from '../../../../test/harness/temporary-folder.js'
import { ownerOf } from '../../src/changes/config-source.js'

const folder = temporaryFolder('written-config')
const path = join(folder.path, 'mnemoscope.config.ts')
const uid = process.getuid?.() ?? -1
beforeAll(() => writeFileSync(path, ''))
afterAll(() => folder.remove())

describe('the author of a configuration', () => {
  test('is a name for this user, and a number for another user', () => {
    expect(ownerOf(path, () => ({ uid, username: 'ada' }))).toBe('ada')
    expect(ownerOf(path, () => ({ uid: uid + 1, username: 'ada' }))).toBe(`user ${uid}`)
  })

  test('is a number in a container whose user has no name', () => {
    const nameless = () => {
      throw new Error('A system error occurred: uv_os_get_passwd returned ENOENT')
    }
    expect(ownerOf(path, nameless)).toBe(`user ${uid}`)
  })

  test('is unknown if the file is gone', () => {
    expect(ownerOf(join(folder.path, 'none'))).toBe('unknown')
  })
})
