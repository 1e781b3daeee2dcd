/** A custom KPI, as a configuration declares it. */
export const recallAt5 = {
  title: 'Recall at 5',
  description: 'Share of relevant passages among the first five.',
  unit: '1',
  instrument: 'histogram',
  direction: 'higher_is_better',
  range: { min: 0, max: 1, integer: false },
  statistic: 'mean',
  boundaries: [0, 0.5, 1],
  thresholds: { warning: 0.6 },
} as const
