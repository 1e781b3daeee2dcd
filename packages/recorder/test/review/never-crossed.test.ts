import { expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { type Extremes, neverCrossed } from '../../src/review/never-crossed.js'

const { kpis } = defineConfig({
  kpis: {
    f1_score: {
      thresholds: { warning: 0.8, error: 0.7, critical: 0.6 },
      overrides: [{ model: 'b', thresholds: { critical: 0.5 } }],
    },
  },
})
const at = (model: string, lowest: number | null, kpi = 'f1_score'): Extremes => ({
  ...{ kpi, service: 'memory', model, contextSize: '8192', operation: 'search', lowest },
  highest: lowest === null ? null : lowest + 0.1,
})
const fired = { kpi: 'f1_score', service: 'memory', context_size: '8192', operation: 'search' }

const cases: readonly [
  string,
  Parameters<typeof neverCrossed>[1],
  Parameters<typeof neverCrossed>[2],
  unknown,
][] = [
  ['nothing is said of thresholds without values', [at('a', null)], [], []],
  [
    'a snapshot at a threshold crosses it',
    [at('a', 0.7)],
    [],
    [{ metric_type: 'f1_score', level: 'critical', threshold: 0.6, places: 1, worst: 0.7 }],
  ],
  [
    'places with another threshold are counted apart',
    [at('a', 0.65), at('b', 0.64), at('c', 0.67)],
    [],
    [
      { metric_type: 'f1_score', level: 'critical', threshold: 0.6, places: 2, worst: 0.65 },
      { metric_type: 'f1_score', level: 'critical', threshold: 0.5, places: 1, worst: 0.64 },
    ],
  ],
  [
    'an alert crosses it, whatever the snapshots say',
    [at('a', 0.75), at('c', 0.65)],
    [{ ...fired, model: 'a', level: 'critical' }],
    [],
  ],
  [
    'a KPI that is better when lower is judged by its highest values',
    [at('a', 1, 'latency')],
    [],
    [
      {
        metric_type: 'latency',
        level: 'warning',
        threshold: kpis.latency.thresholds.warning,
        places: 1,
        worst: 1.1,
      },
      {
        metric_type: 'latency',
        level: 'error',
        threshold: kpis.latency.thresholds.error,
        places: 1,
        worst: 1.1,
      },
      {
        metric_type: 'latency',
        level: 'critical',
        threshold: kpis.latency.thresholds.critical,
        places: 1,
        worst: 1.1,
      },
    ],
  ],
]

test.each(cases)('%s', (_, extremes, alerts, expected) => {
  expect(neverCrossed(kpis, extremes, alerts)).toEqual(expected)
})
