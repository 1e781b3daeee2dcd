/** How well a retrieval answered one question. All figures are from 0, useless, to 1, perfect. */
export interface RetrievalScore {
  /** Share of what was retrieved that is relevant; 0 where nothing was retrieved. */
  readonly precision: number
  /** Share of what is relevant that was retrieved. */
  readonly recall: number
  /** Harmonic mean of the two; 0 where both are. */
  readonly f1: number
  /** Mean of the precisions at the ranks of the relevant ones, those not retrieved counting 0. */
  readonly averagePrecision: number
  /** 1 / rank of the first relevant one; 0 where none was retrieved. */
  readonly reciprocalRank: number
  /** Discounted gain of the ranking, divided by that of the best one. */
  readonly ndcg: number
}

/**
 * Scores a ranked retrieval against labels, each item counting once however often it was retrieved. Precision, recall
 * and F1 look at the set alone, the others at the ranks too. Formulas: Manning, Raghavan, Schütze, Introduction to
 * Information Retrieval, chapter 8.
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
