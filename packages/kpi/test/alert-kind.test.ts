import { expect, test } from '@jest/globals'
import { type AlertKind, type AlertScale, alertKindOf, alertScale, defineConfig } from '../src/index.js'

const { latency } = defineConfig().kpis
const seconds: AlertScale = { unit: 's', direction: 'lower_is_better' }

test.each<[alertname: string, kpi: string | null, kind: AlertKind, scale: AlertScale | undefined]>([
  ['MnemoscopeLatencyCritical', 'latency', 'threshold', seconds],
  ['MnemoscopeLatencyError', 'latency', 'threshold', seconds],
  ['MnemoscopeLatencyWarning', 'latency', 'threshold', seconds],
  ['MnemoscopeLatencyInfo', 'latency', 'trend', seconds],
  ['MnemoscopeLatencyDriftInfo', 'latency', 'drift', seconds],
  [
    'MnemoscopeAdaptationSuccessRateBurnWarning',
    'adaptation_success_rate',
    'burn',
    { unit: 'times', direction: 'lower_is_better' },
  ],
  ['MnemoscopeLatencyNoData', 'latency', 'no_data', undefined],
  ['MnemoscopeTargetDown', null, 'pipeline', undefined],
  ['MnemoscopeMeasurementsRefused', 'latency', 'pipeline', undefined],
  ['DiskFull', null, 'other', undefined],
  ['OurLatencyCritical', 'latency', 'other', undefined],
])('%s of %s is about %s', (alertname, kpi, kind, scale) => {
  expect(alertKindOf(alertname, kpi)).toBe(kind)
  expect(alertScale(kind, kpi === null ? undefined : latency)).toEqual(scale)
})
