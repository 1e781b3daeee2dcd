import type { KpiDeclaration } from '../kpi.js'

/** Contexts that did not fit and had to be compressed, among all that were checked. */
export const overflow_frequency = {
  title: 'Overflow frequency',
  description: 'Share of contexts that overflow their window and need a compression strategy.',
  unit: '1',
  instrument: 'counter',
  direction: 'lower_is_better',
  range: { min: 0, max: 1, integer: false },
  statistic: 'ratio',
  outcomes: {
    counter: 'overflow_checks',
    label: 'strategy',
    counted: ['hierarchy', 'sliding_window'],
    others: ['none'],
    excluded: [],
  },
} as const satisfies KpiDeclaration
