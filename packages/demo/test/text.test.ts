import { expect, test } from '@jest/globals'
import { indexTerm, splitSentences } from '../src/text.js'

test.each([
  ['crane', 'Cranes'],
  ['invoice', 'invoicing'],
  ['charge', 'charged'],
  ['allocation', 'allocations'],
  ['duty', 'duties'],
  ['stop', 'stopped'],
  ['box', 'boxes'],
  ['measure', 'measurement'],
  ['harbour', "harbour's"],
])('%s and %s are the same to the index', (one, other) => {
  expect(indexTerm(one)).not.toBeNull()
  expect(indexTerm(other)).toBe(indexTerm(one))
})

test.each([
  ['crane', 'crate'],
  ['lock', 'log'],
  ['gas', 'gate'],
])('%s and %s stay apart', (one, other) => {
  expect(indexTerm(one)).not.toBe(indexTerm(other))
})

test.each(['the', 'What', 'is'])('%s is left out of the index', (word) => {
  expect(indexTerm(word)).toBeNull()
})

test('sentences end at a full stop before a capital, not within a figure or a name', () => {
  expect(splitSentences('It holds 0.8 tonnes. Was it full? Yes: yard.moves had it.')).toEqual([
    'It holds 0.8 tonnes.',
    'Was it full?',
    'Yes: yard.moves had it.',
  ])
})
