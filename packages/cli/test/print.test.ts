import { Writable } from 'node:stream'
import { afterEach, expect, test } from '@jest/globals'
import { print } from '../src/print.js'

const red = '\u001b[31mcritical\u001b[39m'
const forced = process.env.FORCE_COLOR
afterEach(() => {
  if (forced === undefined) delete process.env.FORCE_COLOR
  else process.env.FORCE_COLOR = forced
})

/** What is written to a stream that is a terminal, or is not. */
function printed(text: string, isTTY: boolean): string {
  let written = ''
  const stream = new Writable({
    write(chunk, _, done) {
      written += chunk
      done()
    },
  })
  print(text, Object.assign(stream, { isTTY }) as unknown as NodeJS.WriteStream)
  return written
}

test('a terminal gets colours, and a file or pipe gets none', () => {
  delete process.env.FORCE_COLOR
  expect(printed(red, true)).toBe(red)
  expect(printed(red, false)).toBe('critical')
})

test('a pipe gets colours where they are asked for', () => {
  process.env.FORCE_COLOR = '1'
  expect(printed(red, false)).toBe(red)
})
