/** The quality of one retrieval. All figures are from 0, the worst, to 1, the best. */
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

/**
 * Scores a ranked retrieval. An id that was retrieved several times counts once. Precision, recall and F1 ignore the
 * ranks. Formulas: Manning, Raghavan, Schütze, Introduction to Information Retrieval, chapter 8.
 * @param retrieved ids, best first
 * @param relevant ids that answer the question, at least one
 */
export function scoreRetrieval(retrieved: Iterable<string>, relevant: Iterable<string>): RetrievalScore {
  const ranked = [...new Set(retrieved)]
  const wanted = new Set(relevant)
  let hits = 0
  let precisions = 0
  let gain = 0
  let firstRank = 0
  for (const [i, id] of ranked.entries()) {
    if (!wanted.has(id)) continue
    hits++
    precisions += hits / (i + 1)
    gain += 1 / Math.log2(i + 2)
    if (firstRank === 0) firstRank = i + 1
  }
  let bestGain = 0
  for (let i = 0; i < wanted.size; i++) bestGain += 1 / Math.log2(i + 2)
  const precision = ranked.length === 0 ? 0 : hits / ranked.length
  const recall = hits / wanted.size
  return {
    precision,
    recall,
    f1: hits === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    averagePrecision: precisions / wanted.size,
    reciprocalRank: firstRank === 0 ? 0 : 1 / firstRank,
    ndcg: gain / bestGain,
  }
}
