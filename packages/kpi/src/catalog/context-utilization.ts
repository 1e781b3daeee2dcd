import type { KpiDeclaration } from '../kpi.js'

/** Tokens in the context divided by the model's context window; above 1 where they do not fit. */
export const context_utilization = {
  title: 'Context utilization',
  description: 'Share of the context window that an operation fills.',
  unit: '1',
  instrument: 'histogram',
  direction: 'lower_is_better',
  range: { min: 0, max: 1, integer: false },
  statistic: 'mean',
  boundaries: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1],
} as const satisfies KpiDeclaration
