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
  // A quantile past the last boundary reads as that boundary, so it lies far beyond critical.
  boundaries: { from: 0.008, to: 300 },
  thresholds: { warning: 5, error: 10, critical: 20 },
} as const satisfies KpiDeclaration
