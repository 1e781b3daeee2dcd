import { expect, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { pipelineAlertKinds } from '../../../generate/src/alerts/pipeline.js'
import { hasHistory, joinReplicas, observe } from '../../src/alerts/observation.js'

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
    { cluster: 'default', replicaLabels: [], kpis },
  )
  expect(observation.direction).toBe(direction)
})

test.each<[string, [replica: string, startsAt: number, endsAt?: number][], string[]]>([
  ['one alert', [['a', 100]], ['100 fires']],
  ['one that ends', [['a', 100, 200]], ['100 ends 200']],
  [
    'both fire',
    [
      ['a', 100],
      ['b', 101],
    ],
    ['100 fires'],
  ],
  [
    'one ends, the other fires',
    [
      ['a', 100, 200],
      ['b', 101],
    ],
    ['100 fires'],
  ],
  [
    'one fires, the other ends',
    [
      ['a', 100],
      ['b', 101, 200],
    ],
    ['100 fires'],
  ],
  [
    'both end',
    [
      ['b', 101, 210],
      ['a', 100, 200],
    ],
    ['100 ends 210'],
  ],
  [
    'one has ended before the other begins',
    [
      ['a', 100, 200],
      ['b', 300],
    ],
    ['100 ends 200', '300 fires'],
  ],
])('of two replicas a notification has %s', (_, alerts, expected) => {
  const { kpis } = defineConfig()
  const observations = alerts.map(([replica, startsAt, endsAt]) =>
    observe(
      {
        ...{ labels: { alertname: 'MnemoscopeLatencyError', replica }, annotations: {}, startsAt },
        ...(endsAt === undefined ? {} : { endsAt }),
      },
      { cluster: 'default', replicaLabels: ['replica'], kpis },
    ),
  )
  const shown = joinReplicas(observations).map(
    ({ startsAt, endsAt }) => `${startsAt} ${endsAt === undefined ? 'fires' : `ends ${endsAt}`}`,
  )
  expect(shown).toEqual(expected)
})
