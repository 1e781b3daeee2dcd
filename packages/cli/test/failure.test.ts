import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, expect, jest, test } from '@jest/globals'
import { MnemoscopeError } from '@mnemoscope/kpi'
import { temporaryFolder } from '../../../test/harness/temporary-folder.js'
import { failureText, fileFailure, outliveOutput } from '../src/failure.js'

const portInUse = new MnemoscopeError('PORT_IN_USE', 'port 9464 is in use', {
  value: 9464,
  expected: 'a free port',
  next: 'Stop what listens on 9464.',
})

test('a failure shows its code, what happened, what was expected and the next step', () => {
  const { text, exitCode } = failureText(portInUse, { json: false })
  expect(text).toContain('PORT_IN_USE')
  expect(text).toContain(
    '\n  port 9464 is in use\n  Expected: a free port\n  Next: Stop what listens on 9464.\n',
  )
  expect(exitCode).toBe(1)
})

test('what was expected is not said twice', () => {
  const error = new MnemoscopeError('USAGE', '--hours: "x", expected a number', {
    value: 'x',
    expected: 'a number',
    next: 'Give one.',
  })
  expect(failureText(error, { json: false }).text).not.toContain('Expected:')
})

test('bad input ends with 2, whichever copy of the library made the error', () => {
  const foreign = Object.assign(new Error('x: 1: expected string'), {
    code: 'CONFIG_INVALID',
    next: 'Fix it.',
  })
  expect(failureText(foreign, { json: false }).exitCode).toBe(2)
})

test('as JSON a failure is one object with all its fields', () => {
  expect(JSON.parse(failureText(portInUse, { json: true }).text)).toEqual({
    error: {
      code: 'PORT_IN_USE',
      message: 'port 9464 is in use',
      value: 9464,
      expected: 'a free port',
      next: 'Stop what listens on 9464.',
    },
  })
})

test('an unexpected error keeps its stack, so that it can be reported', () => {
  const { text, exitCode } = failureText(new TypeError('x is undefined'), { json: false })
  expect(text).toMatch(/TypeError: x is undefined\n\s+at /)
  expect(exitCode).toBe(1)
})

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

test('a file in the place of a folder is reported with its path and a next step, not as a defect', () => {
  const file = join(folder.path, 'file')
  writeFileSync(file, '')
  const error = errorOf(() => mkdirSync(join(file, 'below')))
  expect(fileFailure(error)).toMatchObject({ code: 'FILE_UNUSABLE', value: join(file, 'below') })
  const { text, exitCode } = failureText(error, { json: false })
  expect(text).toContain('A file is in the place of a folder')
  expect(text).not.toMatch(/\n\s+at /)
  expect(exitCode).toBe(1)
})

test('a full disk is reported', () => {
  // macOS has no device that is always full.
  const error = existsSync('/dev/full')
    ? errorOf(() => writeFileSync('/dev/full', 'a line'))
    : Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' })
  expect(fileFailure(error)).toMatchObject({
    code: 'FILE_UNUSABLE',
    next: expect.stringContaining('Free space'),
  })
})

test('a refused network address is no file failure', async () => {
  const error = await new Promise((resolve) => {
    createServer().once('error', resolve).listen({ host: '192.0.2.1', port: 1 })
  })
  expect(fileFailure(error)).toBeUndefined()
  expect(fileFailure(Object.assign(new Error('listen EACCES'), { code: 'EACCES', syscall: 'listen' }))).toBe(
    undefined,
  )
})

/** An output that takes nothing. */
function broken(code: string): Writable {
  const error = Object.assign(new Error(`${code}: write`), { code, syscall: 'write' })
  return new Writable({ write: (_chunk, _encoding, done) => done(error) })
}

function collecting(): { stream: Writable; text: () => string } {
  let written = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written += chunk
      done()
    },
  })
  return { stream, text: () => written }
}

const turn = () => new Promise(setImmediate)

test('a reader that has read enough is no failure', async () => {
  const failed = jest.fn<(exitCode: number) => void>()
  const { stream: stderr, text } = collecting()
  const stdout = broken('EPIPE')
  outliveOutput({ stdout, stderr }, failed)
  stdout.write('a report')
  await turn()
  expect(failed).not.toHaveBeenCalled()
  expect(text()).toBe('')
})

test('a report that could not be written is a failure, and is reported', async () => {
  const failed = jest.fn<(exitCode: number) => void>()
  const { stream: stderr, text } = collecting()
  const stdout = broken('ENOSPC')
  outliveOutput({ stdout, stderr }, failed)
  stdout.write('a report')
  await turn()
  expect(failed).toHaveBeenCalledWith(1)
  expect(text()).toMatch(/FILE_UNUSABLE(?:.|\n)*Free space/)
})

test('a closed standard error does not end the process', async () => {
  const stderr = broken('EPIPE')
  outliveOutput({ stdout: collecting().stream, stderr }, () => {})
  stderr.write('Stopping')
  await turn()
})
