import type { KpiDeclaration } from '../kpi.js'

/** Successful adaptations among those attempted; one refused during a cooldown was not attempted. */
export const adaptation_success_rate = {
  title: 'Adaptation success rate',
  description:
    'Share of model adaptations that succeed. Refusals in cooldown are counted and stay out of the ratio.',
  unit: '1',
  instrument: 'counter',
  direction: 'higher_is_better',
  range: { min: 0, max: 1, integer: false },
  statistic: 'ratio',
  outcomes: {
    counter: 'adaptations',
    label: 'outcome',
    counted: ['success'],
    others: ['failure'],
    excluded: ['refused'],
  },
} as const satisfies KpiDeclaration
