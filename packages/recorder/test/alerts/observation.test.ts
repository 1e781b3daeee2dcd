import { expect, test } from '@jest/globals'
import { names } from '@mnemoscope/kpi'
import { pipelineAlertKinds } from '../../../generate/src/alerts/pipeline.js'
import { hasHistory } from '../../src/alerts/observation.js'

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
  ['an alert of other origin', { alertname: 'DiskFull' }, true],
  ['another watchdog', { alertname: 'Watchdog', severity: 'none' }, true],
  ['the watchdog, which always fires', { alertname: names.watchdogAlert, severity: 'info' }, false],
])('episodes of %s, %p, are stored: %p', (_, labels, expected) => {
  expect(hasHistory({ labels })).toBe(expected)
})
