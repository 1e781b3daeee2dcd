/** Grades of what answers a question, by id. Above 0 is relevant, and more is better; an id that is not there has 0. */
export type Grades = ReadonlyMap<string, number>

/**
 * Share of the relevant ids that are among the first k: hits / relevant. It is `recall.k` of trec_eval.
 *
 * Here and below: `ranked` are different ids, best first; a question without a relevant id has 0, as in trec_eval; and
 * without `k` all of the ranking counts. Formulas: Manning, Raghavan, Schütze, Introduction to Information Retrieval,
 * chapter 8.
 */
export function recallAt(ranked: readonly string[], grades: Grades, k = ranked.length): number {
  const relevant = relevantIn(grades)
  return relevant === 0 ? 0 : hitsIn(ranked, grades, k) / relevant
}

/** Share of the first k that are relevant: hits / k, also where fewer were found. It is `P.k` of trec_eval. */
export function precisionAt(ranked: readonly string[], grades: Grades, k = ranked.length): number {
  return k === 0 ? 0 : hitsIn(ranked, grades, k) / k
}

/** Harmonic mean of precision and recall of the first k: 2pr / (p + r), 0 where both are 0. Without k, `set_F` of trec_eval. */
export function f1At(ranked: readonly string[], grades: Grades, k = ranked.length): number {
  const precision = precisionAt(ranked, grades, k)
  const recall = recallAt(ranked, grades, k)
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall)
}

/** Whether one of the first k is relevant: 1 or 0. Its mean is the hit rate. It is `success.k` of trec_eval. */
export function hitAt(ranked: readonly string[], grades: Grades, k = ranked.length): number {
  return hitsIn(ranked, grades, k) > 0 ? 1 : 0
}

/**
 * 1 / rank of the first relevant id among the first k, 0 if there is none. Its mean is the mean reciprocal rank (MRR).
 * Without k it is `recip_rank` of trec_eval.
 */
export function reciprocalRank(ranked: readonly string[], grades: Grades, k = ranked.length): number {
  const index = ranked.slice(0, k).findIndex((id) => isRelevant(grades, id))
  return index === -1 ? 0 : 1 / (index + 1)
}

/**
 * Mean of the precisions at the ranks of the relevant ids; one that is not among the first k adds 0. Its mean over
 * questions is MAP. It is `map_cut.k` of trec_eval, without k `map`.
 */
export function averagePrecision(ranked: readonly string[], grades: Grades, k = ranked.length): number {
  let hits = 0
  let precisions = 0
  for (const [i, id] of ranked.slice(0, k).entries())
    if (isRelevant(grades, id)) precisions += ++hits / (i + 1)
  return hits === 0 ? 0 : precisions / relevantIn(grades)
}

/**
 * Discounted cumulative gain of the first k, divided by that of the best k: gain = grade, discount = log2(rank + 1). It
 * is `ndcg_cut.k` of trec_eval, without k `ndcg`. Source: Järvelin, Kekäläinen, Cumulated gain-based evaluation of IR
 * techniques, ACM TOIS 20 (2002), with trec_eval's discount, which also lowers the second rank.
 */
export function ndcgAt(ranked: readonly string[], grades: Grades, k?: number): number {
  const best = [...grades.values()].sort((a, b) => b - a)
  const ideal = discountedGain(best.slice(0, k))
  return ideal === 0 ? 0 : discountedGain(ranked.slice(0, k).map((id) => grades.get(id) ?? 0)) / ideal
}

function discountedGain(gains: readonly number[]): number {
  return gains.reduce((sum, gain, i) => sum + Math.max(gain, 0) / Math.log2(i + 2), 0)
}

function isRelevant(grades: Grades, id: string): boolean {
  return (grades.get(id) ?? 0) > 0
}

function hitsIn(ranked: readonly string[], grades: Grades, k: number): number {
  return ranked.slice(0, k).filter((id) => isRelevant(grades, id)).length
}

function relevantIn(grades: Grades): number {
  return [...grades.values()].filter((grade) => grade > 0).length
}
