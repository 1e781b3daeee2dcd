import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { temporaryFolder } from '../../../test/harness/temporary-folder.js'
import { failureText } from '../src/failure.js'
import { fileFailure } from '../src/file-failure.js'

const folder = temporaryFolder('file-failure')
afterAll(() => folder.remove())

function errorOf(act: () => void): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('it did not fail')
}

test('a file in the way of a folder is told with its path and what to do, not as a defect of ours', () => {
  const file = join(folder.path, 'file')
  writeFileSync(file, '')
  const error = errorOf(() => mkdirSync(join(file, 'below')))
  expect(fileFailure(error)).toMatchObject({ code: 'FILE_UNUSABLE', value: join(file, 'below') })
  const { text, exitCode } = failureText(error, { json: false })
  expect(text).toContain('Move the file away')
  expect(text).not.toMatch(/\n\s+at /)
  expect(exitCode).toBe(1)
})

test('a full disk is told', () => {
  expect(fileFailure(errorOf(() => writeFileSync('/dev/full', 'a line')))).toMatchObject({
    code: 'FILE_UNUSABLE',
    next: expect.stringContaining('Make room'),
  })
})

test('an address that may not be listened on is no file', async () => {
  const error = await new Promise((resolve) => {
    createServer().once('error', resolve).listen({ host: '192.0.2.1', port: 1 })
  })
  expect(fileFailure(error)).toBeUndefined()
  expect(fileFailure(Object.assign(new Error('listen EACCES'), { code: 'EACCES', syscall: 'listen' }))).toBe(
    undefined,
  )
})
