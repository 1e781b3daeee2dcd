import type { KpiDeclaration, Thresholds } from '../kpi.js'

/** What all measures of retrieval share: shares of 1, of single questions whose right answers are known. */
const measure = {
  unit: '1',
  instrument: 'histogram',
  direction: 'higher_is_better',
  range: { min: 0, max: 1, integer: false },
  statistic: 'mean',
  boundaries: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  // Many questions are answered completely or not at all.
  assumedDeviation: 0.3,
} as const

function declared<const Title extends string>(
  title: Title,
  description: string,
  thresholds: Thresholds = {},
) {
  return { ...measure, title, description, thresholds } as const satisfies KpiDeclaration
}

/**
 * Measures of retrieval as KPIs, for `kpis` of a configuration: `kpis: { recall_at_5: retrievalKpis.recall_at_5 }`.
 * They are no part of the catalog, because only those who have questions with known answers can record them. A probe
 * records each one that is declared.
 *
 * Default thresholds are for a memory of conversations. The warning is what full-text search alone (BM25) reaches in
 * published results on LongMemEval-S: recall@5 0.86, recall@10 0.95, nDCG@10 0.73, MRR 0.72; hybrid search reaches 0.95,
 * 0.99, 0.88 and 0.88. Precision and the hit rate depend on how many answers a question has, so they have no default.
 */
export const retrievalKpis = {
  recall_at_5: declared('Recall at 5', 'Share of the relevant entries that are among the first five found.', {
    warning: 0.86,
    error: 0.8,
    critical: 0.7,
  }),
  recall_at_10: declared(
    'Recall at 10',
    'Share of the relevant entries that are among the first ten found.',
    {
      warning: 0.95,
      error: 0.9,
      critical: 0.8,
    },
  ),
  ndcg_at_10: declared('nDCG at 10', 'How close the order of the first ten found is to the best one.', {
    warning: 0.73,
    error: 0.65,
    critical: 0.55,
  }),
  reciprocal_rank: declared(
    'Mean reciprocal rank',
    'Mean of 1 / rank of the first relevant entry; 0 where none was found.',
    { warning: 0.72, error: 0.62, critical: 0.5 },
  ),
  precision_at_5: declared('Precision at 5', 'Share of the first five found that are relevant.'),
  hit_rate_at_5: declared(
    'Hit rate at 5',
    'Share of the questions with a relevant entry among the first five found.',
  ),
} as const
