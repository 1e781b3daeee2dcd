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
  boundaries: [
    100, 250, 500, 1_000, 2_000, 4_000, 6_000, 8_000, 10_000, 12_500, 15_000, 17_500, 20_000, 25_000, 32_000,
    64_000, 128_000, 256_000, 1_000_000,
  ],
  thresholds: { warning: 15_000, error: 20_000, critical: 25_000 },
} as const satisfies KpiDeclaration
