import { expect, test } from '@jest/globals'
import type { Question } from '../src/corpus.js'
import { type Score, score } from '../src/score.js'

const question: Question = { id: 'q', text: '?', relevant: { 'a#1': 'seven years', 'b#2': 'ten years' } }
const a = { id: 'a#1', text: 'It is kept for seven years.' }
const b = { id: 'b#2', text: 'It is kept for ten years.' }
const other = { id: 'c#3', text: 'Seven years, ten years, seven years and ten years.' }

test.each<[string, { id: string; text: string }[], Score]>([
  ['nothing in the context', [], { precision: 0, recall: 0, f1: 0 }],
  ['both answers and nothing else', [a, b], { precision: 1, recall: 1, f1: 1 }],
  ['one of two answers', [a], { precision: 1, recall: 0.5, f1: 2 / 3 }],
  ['one answer, one stranger', [a, other], { precision: 0.5, recall: 0.5, f1: 0.5 }],
  ['a stranger that happens to hold the words', [other], { precision: 0, recall: 0, f1: 0 }],
  ['one passage twice counts once', [a, a, b], { precision: 1, recall: 1, f1: 1 }],
  [
    'a summary that lost the answer is a miss',
    [{ ...a, text: 'It is kept.' }, b],
    { precision: 0.5, recall: 0.5, f1: 0.5 },
  ],
])('%s', (_, passages, expected) => {
  expect(score(question, passages)).toEqual(expected)
})
