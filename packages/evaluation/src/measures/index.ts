export { changeOf, type Estimate, estimate } from './interval.js'
export {
  averagePrecision,
  f1At,
  type Grades,
  hitAt,
  ndcgAt,
  precisionAt,
  recallAt,
  reciprocalRank,
} from './measures.js'
export { measureNames, measureOfKpi, type NamedMeasure, namedMeasure } from './named-measure.js'
export { type Found, rankingOf } from './ranking.js'
