/** A KPI of one's own for each instrument. */
export const customKpis = {
  recall_at_5: {
    title: 'Recall at 5',
    description: 'Share of relevant passages among the first five.',
    unit: '1',
    instrument: 'histogram',
    direction: 'higher_is_better',
    range: { min: 0, max: 1 },
    statistic: 'p50',
    boundaries: [0.5, 0.9],
    thresholds: { error: 0.6 },
  },
  queue_length: {
    title: 'Queue length',
    description: 'Operations that wait.',
    unit: '{operation}',
    instrument: 'gauge',
    direction: 'lower_is_better',
    range: { min: 0, max: 1_000_000, integer: true },
    statistic: 'newest',
    thresholds: { warning: 100 },
  },
  citation_success_rate_of_long_answers: {
    title: 'Citation success rate',
    description: 'Share of long answers whose citations hold.',
    unit: '1',
    instrument: 'counter',
    direction: 'higher_is_better',
    range: { min: 0, max: 1 },
    statistic: 'ratio',
    outcomes: { counter: 'citations', label: 'verdict', counted: ['held'], others: ['broken'], excluded: [] },
  },
} as const
