import { expect, test } from '@jest/globals'
import { cutOff } from '../src/retrieve.js'

const hits = (...scores: number[]) =>
  scores.map((score, at) => ({
    score,
    section: { id: `d#${at}`, document: 'd', documentTitle: 'D', heading: '', text: '', tokens: 1 },
  }))

test.each([
  ['no match', [], 0],
  ['one match', [3], 1],
  ['a clear winner stands alone', [100, 79, 60], 1],
  ['a match of eight tenths of the best counts', [100, 80, 79], 2],
  ['never more than three', [100, 99, 98, 97], 3],
])('%s', (_, scores, count) => {
  expect(cutOff(hits(...scores)).map(({ id }) => id)).toEqual(['d#0', 'd#1', 'd#2', 'd#3'].slice(0, count))
})
