import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { retrievalKpis } from '@mnemoscope/kpi'
import {
  changeOf,
  type Estimate,
  estimate,
  measureNames,
  measureOfKpi,
  namedMeasure,
  rankingOf,
  recallAt,
} from '../../src/measures/index.js'

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

const estimateOf = (values: readonly number[]) => estimate(values) as Estimate
const hits = (hit: number, of: number) => Array.from({ length: of }, (_, i) => (i < hit ? 1 : 0))

// Published examples: Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, score method.
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('%s of %s lie between %s and %s', (hit, of, low, high) => {
  const interval = estimateOf(hits(hit, of))
  expect(interval).toMatchObject({ mean: hit / of, count: of })
  expect(interval.low).toBeCloseTo(low, 4)
  expect(interval.high).toBeCloseTo(high, 4)
})

test('a few perfect answers are not certain, and no answers are unknown', () => {
  expect(estimateOf([1, 1, 1])).toMatchObject({ mean: 1, low: expect.closeTo(0.4385, 4), high: 1 })
  expect(estimate([])).toBeUndefined()
})

test('the interval holds the mean it was drawn from in at least 95 of 100 cases, also for values between 0 and 1', () => {
  let seed = 1
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const within = Array.from({ length: 1_000 }, () => {
    // Mean 0.75: half of them are 1, the others spread.
    const { low, high } = estimateOf(Array.from({ length: 40 }, () => (random() < 0.5 ? 1 : random())))
    return low <= 0.75 && 0.75 <= high
  })
  expect(within.filter(Boolean).length).toBeGreaterThanOrEqual(950)
})

test.each([
  ['of the same size, and better by far', hits(20, 100), hits(60, 100), 0.4, true],
  ['a little better', hits(50, 100), hits(52, 100), 0.02, false],
  ['worse by far', hits(90, 100), hits(50, 100), -0.4, true],
  ['of few questions', hits(1, 4), hits(3, 4), 0.5, false],
])('a change %s', (_, before, after, by, isCertain) => {
  expect(changeOf(estimateOf(before), estimateOf(after))).toEqual({ by: expect.closeTo(by, 12), isCertain })
})
