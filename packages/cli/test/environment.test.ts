import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { temporaryFolder } from '../../../test/harness/temporary-folder.js'
import { changeToken } from '../src/environment.js'

const folder = temporaryFolder('token')
afterAll(() => folder.remove())
const file = join(folder.path, 'token')
const empty = join(folder.path, 'empty')
writeFileSync(file, 'from-file\n')
writeFileSync(empty, '\n')

test.each([
  [{}, undefined],
  [{ MNEMOSCOPE_TOKEN: '', MNEMOSCOPE_TOKEN_FILE: '' }, undefined],
  [{ MNEMOSCOPE_TOKEN: 'given' }, 'given'],
  [{ MNEMOSCOPE_TOKEN_FILE: file }, 'from-file'],
  [{ MNEMOSCOPE_TOKEN: 'given', MNEMOSCOPE_TOKEN_FILE: file }, 'given'],
])('the token of %j is %s', (env, token) => {
  expect(changeToken(env)).toBe(token)
})

test.each([
  [empty, 'it is empty'],
  [join(folder.path, 'gone'), 'ENOENT'],
])('a recorder that was to have a token does not start without: %s', (path, why) => {
  expect(() => changeToken({ MNEMOSCOPE_TOKEN_FILE: path })).toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(why) }),
  )
})
