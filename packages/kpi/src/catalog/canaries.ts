import type { KpiDeclaration } from '../kpi.js'

/**
 * What canaries record, as KPIs for `kpis` of a configuration: `kpis: { ...canaryKpis }`. They are no part of the
 * catalog, because only services that run canaries have values. Each ability is an operation: `canary_recall`.
 */
export const canaryKpis = {
  memory_ability: {
    title: 'Memory ability',
    description: 'Share of the canaries that the memory treated as it should, for each ability.',
    unit: '1',
    instrument: 'counter',
    direction: 'higher_is_better',
    range: { min: 0, max: 1, integer: false },
    statistic: 'ratio',
    outcomes: {
      counter: 'canaries',
      label: 'outcome',
      counted: ['kept'],
      others: ['broken'],
      // A call failed, or the canary could not be planted: that says nothing of the ability.
      excluded: ['unknown'],
    },
    // With four canaries a round, one that is broken once raises nothing; all of them do in the next round at the latest.
    operations: 12,
    assumedDeviation: 0.3,
    thresholds: { warning: 0.8, error: 0.6, critical: 0.4 },
  },
  time_to_recall: {
    title: 'Time to recall',
    description: 'Time from the end of a write until a search finds what was written.',
    unit: 's',
    instrument: 'histogram',
    direction: 'lower_is_better',
    range: { min: 0, max: 86_400, integer: false },
    statistic: 'p95',
    boundaries: { from: 0.008, to: 300 },
  },
} as const satisfies Record<string, KpiDeclaration>
