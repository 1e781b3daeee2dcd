import type { KpiDeclaration } from '../kpi.js'

/** Harmonic mean of precision and recall of what was retrieved against what was relevant. */
export const f1_score = {
  title: 'F1 score',
  description: 'Retrieval quality: harmonic mean of precision and recall of the retrieved passages.',
  unit: '1',
  instrument: 'histogram',
  direction: 'higher_is_better',
  range: { min: 0, max: 1, integer: false },
  statistic: 'mean',
  boundaries: [0, 0.11, 0.175, 0.23, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 1],
  thresholds: { warning: 0.8, error: 0.75, critical: 0.7 },
} as const satisfies KpiDeclaration
