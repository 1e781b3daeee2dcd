import type { KpiDeclaration } from '../kpi.js'

/** Wall-clock time of one memory operation. */
export const latency = {
  title: 'Latency',
  description: 'Time one memory operation takes, from request to context handed over.',
  unit: 's',
  instrument: 'histogram',
  direction: 'lower_is_better',
  range: { min: 0, max: 86_400, integer: false },
  statistic: 'p95',
  // p95 is exact only on a boundary and clamped past the last one, so they reach far beyond critical.
  boundaries: [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 7.5, 10, 15, 20, 30, 60, 120, 300,
  ],
  // A quantile needs more samples than a mean: with 20, one slow operation is already the p95.
  minSamples: 60,
  sparseWindow: '1h',
  sparseMinSamples: 20,
  thresholds: { warning: 5, error: 10, critical: 20 },
} as const satisfies KpiDeclaration
