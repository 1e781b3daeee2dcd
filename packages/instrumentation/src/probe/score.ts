import {
  averagePrecision,
  f1At,
  type Grades,
  ndcgAt,
  precisionAt,
  recallAt,
  reciprocalRank,
} from '@mnemoscope/evaluation/measures'

/** The quality of one retrieval over all that was found. All figures are from 0, the worst, to 1, the best. */
export interface RetrievalScore {
  /** Share of the retrieved ids that are relevant; 0 if nothing was retrieved. */
  readonly precision: number
  /** Share of the relevant ids that were retrieved. */
  readonly recall: number
  /** Harmonic mean of precision and recall; 0 if both are 0. */
  readonly f1: number
  /** Mean of the precisions at the ranks of the relevant ids; an id that was not retrieved counts as 0. */
  readonly averagePrecision: number
  /** 1 / rank of the first relevant id; 0 if none was retrieved. */
  readonly reciprocalRank: number
  /** Discounted cumulative gain of the ranking, divided by that of the best ranking. */
  readonly ndcg: number
}

/** Scores ids, best first, each once. */
export function scoreOf(ranked: readonly string[], grades: Grades): RetrievalScore {
  return {
    precision: precisionAt(ranked, grades),
    recall: recallAt(ranked, grades),
    f1: f1At(ranked, grades),
    averagePrecision: averagePrecision(ranked, grades),
    reciprocalRank: reciprocalRank(ranked, grades),
    ndcg: ndcgAt(ranked, grades),
  }
}
