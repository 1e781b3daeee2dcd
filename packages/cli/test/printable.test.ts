import { expect, test } from '@jest/globals'
import { withoutColours } from '../src/print.js'
import { printable, printableLine } from '../src/printable.js'
import { reportText } from '../src/report/text.js'

const esc = '\u001b'

test.each([
  ['a sequence that clears the screen', `gpt${esc}[2J`],
  ['a sequence in its single character', 'gpt\u009b2J'],
  ['a bell', 'gpt\u0007'],
  ['a return to the beginning of the line', 'gpt\rok'],
  ['a turned direction', 'gpt\u202ekcip'],
])('%s cannot be printed', (_, text) => {
  expect(printable(text)).toMatch(/^gpt\ufffd/)
})

test('words, scripts and symbols stay what they are', () => {
  const text = 'qwen2.5:7b 模型 модель ≤ ✓ 👍🏽 é'
  expect(printableLine(text)).toBe(text)
})

test('lines stay lines, and one line stays one', () => {
  expect(printable('a\nb')).toBe('a\nb')
  expect(printableLine('a\nb\tc')).toBe('a b c')
})

test('a report prints no control of what it was told', () => {
  const hostile = `x${esc}]0;title\u0007${esc}[31m`
  const cells = [{ text: 'model' }, { text: 'runbook' }]
  const row = [{ text: hostile }, { text: 'runbook', href: `https://x/${hostile}` }]
  const text = reportText({
    heading: 'now',
    sections: [{ title: hostile, rows: [cells, row], note: { text: hostile } }],
  })
  expect(withoutColours(text).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
})
