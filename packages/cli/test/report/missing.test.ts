import { expect, test } from '@jest/globals'
import { missingText } from '../../src/report/missing.js'

const known = [
  { service: 'memory', model: 'gpt-4o', operation: 'search' },
  { service: 'memory', model: 'claude', operation: 'generate' },
]

test.each([
  [
    'a model that does not exist',
    { model: 'nope' },
    known,
    'No snapshot in this time has the model "nope". There is: claude, gpt-4o.',
  ],
  [
    'an operation that does not exist',
    { model: 'gpt-4o', operation: 'fly' },
    known,
    'No snapshot in this time has the operation "fly". There is: generate, search.',
  ],
  [
    'two that exist, but not together',
    { model: 'gpt-4o', operation: 'generate' },
    known,
    'No snapshot in this time has model "gpt-4o", operation "generate" together.',
  ],
  ['a time without any snapshot', { model: 'nope' }, [], undefined],
  ['nothing in particular', {}, known, undefined],
])('the reason for a report without snapshots: %s', (_, asked, places, expected) => {
  expect(missingText(asked, places)).toBe(expected)
})

test('many names are counted', () => {
  const many = Array.from({ length: 15 }, (_, i) => ({
    service: 's',
    model: `m${String(i).padStart(2, '0')}`,
    operation: '',
  }))
  expect(missingText({ model: 'x', operation: 'y' }, many)).toMatch(
    /m11, and 3 more\. No snapshot in this time has the operation "y"\. There is: none\.$/,
  )
})
