import { Writable } from 'node:stream'
import { afterEach, expect, test } from '@jest/globals'
import { reportText } from '../src/report/text.js'
import { print, printable, printableLine, withoutColours } from '../src/terminal.js'

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

test('a pipe gets colours if FORCE_COLOR is set', () => {
  process.env.FORCE_COLOR = '1'
  expect(printed(red, false)).toBe(red)
})

const esc = '\u001b'

test.each([
  ['a sequence that clears the screen', `gpt${esc}[2J`],
  ['a sequence in its single character', 'gpt\u009b2J'],
  ['a bell', 'gpt\u0007'],
  ['a carriage return', 'gpt\rok'],
  ['a mark that changes the direction', 'gpt\u202ekcip'],
])('%s cannot be printed', (_, text) => {
  expect(printable(text)).toMatch(/^gpt\ufffd/)
})

test('words, scripts and symbols stay the same', () => {
  const text = 'qwen2.5:7b 模型 модель ≤ ✓ 👍🏽 é'
  expect(printableLine(text)).toBe(text)
})

test('lines stay lines, and one line stays one', () => {
  expect(printable('a\nb')).toBe('a\nb')
  expect(printableLine('a\nb\tc')).toBe('a b c')
})

test('a report prints no control characters from outside', () => {
  const hostile = `x${esc}]0;title\u0007${esc}[31m`
  const cells = [{ text: 'model' }, { text: 'runbook' }]
  const row = [{ text: hostile }, { text: 'runbook', href: `https://x/${hostile}` }]
  const text = reportText({
    heading: 'now',
    sections: [{ title: hostile, rows: [cells, row], note: { text: hostile } }],
  })
  expect(withoutColours(text).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
})
