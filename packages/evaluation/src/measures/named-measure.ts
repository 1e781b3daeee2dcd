import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import {
  averagePrecision,
  f1At,
  type Grades,
  hitAt,
  ndcgAt,
  precisionAt,
  recallAt,
  reciprocalRank,
} from './measures.js'

/** A measure of retrieval by its name: `recall@5`, `ndcg@10`, `mrr`. From 0, the worst, to 1, the best. */
export interface NamedMeasure {
  readonly name: string
  /** Ranks that count; undefined: all that was found. */
  readonly k: number | undefined
  of(ranked: readonly string[], grades: Grades): number
}

/** Each measure with the id of its KPI. */
const measures = {
  recall: { of: recallAt, kpi: 'recall' },
  precision: { of: precisionAt, kpi: 'precision' },
  f1: { of: f1At, kpi: 'f1_score' },
  hit: { of: hitAt, kpi: 'hit_rate' },
  mrr: { of: reciprocalRank, kpi: 'reciprocal_rank' },
  map: { of: averagePrecision, kpi: 'average_precision' },
  ndcg: { of: ndcgAt, kpi: 'ndcg' },
} as const

type MeasureName = keyof typeof measures

/** The names of all measures; `@k` after one limits it to the first k. */
export const measureNames = Object.keys(measures) as readonly MeasureName[]

/** @throws MnemoscopeError USAGE for an unknown measure or rank */
export function namedMeasure(name: string): NamedMeasure {
  const [, base, rank] = /^([a-z0-9]+)(?:@([1-9]\d{0,3}))?$/.exec(name) ?? []
  const known = measureNames.find((each) => each === base)
  if (known !== undefined) return measureAt(known, rank)
  throw new MnemoscopeError('USAGE', `there is no measure ${JSON.stringify(name)}`, {
    value: name,
    expected: `one of ${measureNames.join(', ')}, with or without a rank: recall@5`,
    next: 'Give a measure from this list. A rank is an integer from 1 to 9999.',
  })
}

/** The measure that a KPI is of by its id, such as `recall_at_5` or `reciprocal_rank`; undefined: of none. */
export function measureOfKpi(id: string): NamedMeasure | undefined {
  const [, base, rank] = /^(.+?)(?:_at_([1-9]\d{0,3}))?$/.exec(id) ?? []
  const known = measureNames.find((each) => measures[each].kpi === base)
  return known === undefined ? undefined : measureAt(known, rank)
}

function measureAt(base: MeasureName, rank: string | undefined): NamedMeasure {
  const k = rank === undefined ? undefined : Number(rank)
  const name = k === undefined ? base : `${base}@${k}`
  return { name, k, of: (ranked, grades) => measures[base].of(ranked, grades, k) }
}
