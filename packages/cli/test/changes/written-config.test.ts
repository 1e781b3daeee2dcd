import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { temporaryFolder } from '../../../../test/harness/temporary-folder.js'
import { ownerOf } from '../../src/changes/written-config.js'

const folder = temporaryFolder('written-config')
const path = join(folder.path, 'mnemoscope.config.ts')
const uid = process.getuid?.() ?? -1
beforeAll(() => writeFileSync(path, ''))
afterAll(() => folder.remove())

describe('who wrote a configuration', () => {
  test('is the user by name where it is this one, and by number where it is another', () => {
    expect(ownerOf(path, () => ({ uid, username: 'ada' }))).toBe('ada')
    expect(ownerOf(path, () => ({ uid: uid + 1, username: 'ada' }))).toBe(`user ${uid}`)
  })

  test('is a number in a container whose user has no name', () => {
    const nameless = () => {
      throw new Error('A system error occurred: uv_os_get_passwd returned ENOENT')
    }
    expect(ownerOf(path, nameless)).toBe(`user ${uid}`)
  })

  test('is unknown where the file is gone', () => {
    expect(ownerOf(join(folder.path, 'none'))).toBe('unknown')
  })
})
