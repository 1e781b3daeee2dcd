import { Writable } from 'node:stream'
import { expect, jest, test } from '@jest/globals'
import { outliveOutput } from '../src/broken-output.js'

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

test('a reader that has seen enough is no failure', async () => {
  const failed = jest.fn<(exitCode: number) => void>()
  const { stream: stderr, text } = collecting()
  const stdout = broken('EPIPE')
  outliveOutput({ stdout, stderr }, failed)
  stdout.write('a report')
  await turn()
  expect(failed).not.toHaveBeenCalled()
  expect(text()).toBe('')
})

test('a report that could not be written is one, and is told', async () => {
  const failed = jest.fn<(exitCode: number) => void>()
  const { stream: stderr, text } = collecting()
  const stdout = broken('ENOSPC')
  outliveOutput({ stdout, stderr }, failed)
  stdout.write('a report')
  await turn()
  expect(failed).toHaveBeenCalledWith(1)
  expect(text()).toMatch(/FILE_UNUSABLE(?:.|\n)*Make room/)
})

test('words that nobody hears any more end nothing', async () => {
  const stderr = broken('EPIPE')
  outliveOutput({ stdout: collecting().stream, stderr }, () => {})
  stderr.write('Stopping')
  await turn()
})
