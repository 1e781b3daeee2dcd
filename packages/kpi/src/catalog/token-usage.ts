import type { KpiDeclaration } from '../kpi.js'

/** Tokens one operation puts into the model's context, as the model's tokenizer counts them. */
export const token_usage = {
  title: 'Token usage',
  description: 'Tokens that one operation spends on context.',
  unit: '{token}',
  instrument: 'histogram',
  direction: 'lower_is_better',
  range: { min: 0, max: 1_000_000_000, integer: true },
  statistic: 'mean',
  boundaries: { from: 1_500, to: 250_000 },
  thresholds: { warning: 15_000, error: 20_000, critical: 25_000 },
} as const satisfies KpiDeclaration
