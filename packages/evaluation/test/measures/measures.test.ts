import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { retrievalKpis } from '@mnemoscope/kpi'
import { measureNames, measureOfKpi, namedMeasure, rankingOf, recallAt } from '../../src/index.js'

interface Case {
  readonly grades: Readonly<Record<string, number>>
  readonly scores: Readonly<Record<string, number>>
  readonly measures: Readonly<Record<string, number>>
}

/** What trec_eval says, by trec-eval.py. */
const cases = readFileSync(new URL('./trec-eval.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case)

test.each([
  ['recall_5', 'recall@5'],
  ['recall_10', 'recall@10'],
  ['set_recall', 'recall'],
  ['P_5', 'precision@5'],
  ['P_10', 'precision@10'],
  ['set_P', 'precision'],
  ['set_F', 'f1'],
  ['success_5', 'hit@5'],
  ['success_10', 'hit@10'],
  ['recip_rank', 'mrr'],
  ['map_cut_5', 'map@5'],
  ['map', 'map'],
  ['ndcg_cut_5', 'ndcg@5'],
  ['ndcg_cut_10', 'ndcg@10'],
  ['ndcg', 'ndcg'],
])('trec_eval calls %s what is %s here, and computes the same', (theirs, ours) => {
  const measure = namedMeasure(ours)
  const computed = cases.map(({ grades, scores }) => {
    const found = Object.entries(scores).map(([id, score]) => ({ id, score }))
    return measure.of(rankingOf(found), new Map(Object.entries(grades)))
  })
  const expected = cases.map(({ measures }) => measures[theirs] as number)
  expect(new Set(expected).size).toBeGreaterThan(1)
  for (const [i, value] of computed.entries())
    expect([i, value]).toEqual([i, expect.closeTo(expected[i] ?? Number.NaN, 10)])
})

describe('a measure', () => {
  const grades = new Map([
    ['a', 1],
    ['b', 1],
  ])

  test.each([
    ['f1@2', 0.5],
    ['mrr@1', 0],
    ['precision@4', 0.5],
    ['ndcg@1', 0],
  ])('%s looks at the first k only', (name, expected) => {
    expect(namedMeasure(name).of(['x', 'a', 'b'], grades)).toBe(expected)
  })

  test.each(measureNames)('%s is 0 where nothing was found, and 1 for all that is relevant', (name) => {
    expect(namedMeasure(name).of([], grades)).toBe(0)
    expect(namedMeasure(name).of(['b', 'a'], grades)).toBe(1)
  })

  test.each(['recal@5', 'recall@0', 'recall@2.5', 'recall@-1', '', 'toString'])('"%s" is refused', (name) => {
    expect(() => namedMeasure(name)).toThrow(`there is no measure ${JSON.stringify(name)}`)
  })
})

test('each declared KPI of retrieval is of a measure', () => {
  const names = Object.keys(retrievalKpis).map((id) => measureOfKpi(id)?.name)
  expect(names).toEqual(['recall@5', 'recall@10', 'ndcg@10', 'mrr', 'precision@5', 'hit@5'])
  expect(['latency', 'recall_at_0', 'hit', 'constructor'].map(measureOfKpi)).toEqual(Array(4).fill(undefined))
})

describe('what was found', () => {
  test('keeps its order where not everything has a score', () => {
    expect(rankingOf([{ id: 'b' }, { id: 'a', score: 2 }, { id: 'b' }])).toEqual(['b', 'a'])
  })

  test('counts each id once, at its best rank', () => {
    const found = [0.1, 0.9, 0.5].map((score, i) => ({ id: i === 2 ? 'y' : 'x', score }))
    expect(rankingOf(found)).toEqual(['x', 'y'])
    expect(recallAt(rankingOf(found), new Map([['x', 1]]), 1)).toBe(1)
  })
})
