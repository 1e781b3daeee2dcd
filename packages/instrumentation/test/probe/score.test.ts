import { expect, test } from '@jest/globals'
import { scoreOf } from '../../src/probe/score.js'

const log2 = Math.log2

test.each([
  {
    name: 'everything relevant and nothing else',
    retrieved: ['a', 'b'],
    relevant: ['a', 'b'],
    expected: { precision: 1, recall: 1, f1: 1, averagePrecision: 1, reciprocalRank: 1, ndcg: 1 },
  },
  {
    name: 'nothing at all',
    retrieved: [],
    relevant: ['a'],
    expected: { precision: 0, recall: 0, f1: 0, averagePrecision: 0, reciprocalRank: 0, ndcg: 0 },
  },
  {
    name: 'only what is not relevant',
    retrieved: ['x', 'y'],
    relevant: ['a'],
    expected: { precision: 0, recall: 0, f1: 0, averagePrecision: 0, reciprocalRank: 0, ndcg: 0 },
  },
  {
    name: 'two of three at ranks 1 and 3 of four',
    retrieved: ['a', 'x', 'b', 'y'],
    relevant: ['a', 'b', 'c'],
    expected: {
      precision: 0.5,
      recall: 2 / 3,
      f1: 4 / 7,
      averagePrecision: (1 + 2 / 3) / 3,
      reciprocalRank: 1,
      ndcg: (1 + 1 / log2(4)) / (1 + 1 / log2(3) + 1 / log2(4)),
    },
  },
])('$name', ({ retrieved, relevant, expected }) => {
  const score = scoreOf(retrieved, new Map(relevant.map((id) => [id, 1])))
  for (const [figure, value] of Object.entries(expected)) {
    expect({ [figure]: score[figure as keyof typeof score] }).toEqual({ [figure]: expect.closeTo(value, 12) })
  }
})
