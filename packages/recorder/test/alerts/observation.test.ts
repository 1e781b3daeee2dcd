import { expect, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { pipelineAlertKinds } from '../../../generate/src/alerts/pipeline.js'
import { hasHistory, observe } from '../../src/alerts/observation.js'

test.each<[string, Record<string, string>, boolean]>([
  ['an alert of a KPI', { alertname: 'MnemoscopeLatencyError', severity: 'error' }, true],
  ...pipelineAlertKinds
    .map(({ id }) => names.pipelineAlertName(id))
    .filter((alertname) => alertname !== names.watchdogAlert)
    .map((alertname): [string, Record<string, string>, boolean] => [
      `the pipeline's ${alertname}`,
      { alertname },
      true,
    ]),
  ['an alert of somebody else', { alertname: 'DiskFull' }, false],
  ['one that has our name within its own', { alertname: 'NoMnemoscopeData' }, false],
  ['another watchdog', { alertname: 'Watchdog', severity: 'none' }, false],
  ['a test message', { alertname: names.testAlert, severity: 'info' }, false],
  ['an alert without a name', {}, false],
  ['the watchdog, which always fires', { alertname: names.watchdogAlert, severity: 'info' }, false],
])('episodes of %s, %p, are stored: %p', (_, labels, expected) => {
  expect(hasHistory({ labels })).toBe(expected)
})

test.each([
  ['MnemoscopeAdaptationSuccessRateCritical', 'higher_is_better'],
  ['MnemoscopeAdaptationSuccessRateBurnCritical', 'lower_is_better'],
  ['MnemoscopeAdaptationSuccessRateNoData', undefined],
] as const)('the worst value of %s: %s', (alertname, direction) => {
  const { kpis } = defineConfig()
  const labels = { alertname, [names.label.kpi]: 'adaptation_success_rate' }
  const observation = observe(
    { labels, annotations: {}, startsAt: 0 },
    { cluster: 'default', externalLabels: {}, kpis },
  )
  expect(observation.direction).toBe(direction)
})
