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
  // Contexts that do not fit are told apart too.
  boundaries: { from: 0.1, to: 2.5 },
} as const satisfies KpiDeclaration
