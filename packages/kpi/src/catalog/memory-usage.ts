import type { KpiDeclaration } from '../kpi.js'

/** Resident memory of the process that serves the model, unless the service observes a figure of its own. */
export const memory_usage = {
  title: 'Memory usage',
  description: 'Memory held by the memory system; by default the resident set size of its process.',
  unit: 'By',
  instrument: 'gauge',
  direction: 'lower_is_better',
  range: { min: 0, max: 2 ** 50, integer: true },
  statistic: 'newest',
} as const satisfies KpiDeclaration
