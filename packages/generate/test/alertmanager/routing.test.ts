import { describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { parse } from 'yaml'
import { routeTests } from '../../src/alertmanager/route-tests.js'
import { generate } from '../../src/generate.js'
import { runTool } from '../promtool.js'

const config = defineConfig({
  services: [
    { name: 'memory.api', targets: ['localhost:9464'] },
    { name: 'indexer', targets: ['localhost:9465'] },
  ],
  alerting: {
    recorderTokenFile: '/run/secrets/recorder-token',
    receivers: {
      'on-call': { severities: ['critical'], pagerduty: { routingKeyFile: '/run/secrets/pagerduty' } },
      team: {
        services: ['memory.api'],
        kpis: ['f1_score', 'latency'],
        mute: ['nights'],
        cooldown: '1h',
        slack: { apiUrlFile: '/run/secrets/slack', channel: '#memory' },
        email: {
          to: 'team@example.org',
          from: 'mnemoscope@example.org',
          smarthost: 'smtp.example.org:587',
          username: 'mnemoscope',
          passwordFile: '/run/secrets/smtp',
        },
        opsgenie: { apiKeyFile: '/run/secrets/opsgenie', team: 'memory' },
      },
      log: {
        severities: ['info', 'warning', 'error', 'critical'],
        webhook: { url: 'https://log.example/', tokenFile: '/run/secrets/log' },
      },
      heartbeat: {
        severities: ['critical'],
        kpis: ['latency'],
        other: { webhook_configs: [{ url: 'https://beat.example/' }] },
      },
    },
    muteTimes: {
      nights: [
        {
          times: [
            { start: '22:00', end: '24:00' },
            { start: '00:00', end: '07:00' },
          ],
          location: 'Europe/Berlin',
        },
      ],
    },
    watchdog: { receiver: 'heartbeat', every: '2m' },
  },
})
const files = generate(config)
const path = 'alertmanager/alertmanager.yml'

describe('alerts are routed', () => {
  test.each([
    [
      'alertname=MnemoscopeX severity=critical kpi=f1_score job=memory.api',
      'mnemoscope-recorder,on-call,team,log',
    ],
    ['alertname=MnemoscopeX severity=warning kpi=latency job=memory.api', 'mnemoscope-recorder,team,log'],
    ['alertname=MnemoscopeX severity=error kpi=latency job=memory-api', 'mnemoscope-recorder,log'],
    ['alertname=MnemoscopeX severity=error kpi=token_usage job=memory.api', 'mnemoscope-recorder,log'],
    ['alertname=MnemoscopeX severity=info kpi=latency job=indexer', 'mnemoscope-recorder,log'],
    [
      'alertname=MnemoscopeX severity=critical kpi=latency job=indexer',
      'mnemoscope-recorder,on-call,log,heartbeat',
    ],
    ['alertname=MnemoscopeTargetDown severity=critical job=indexer', 'mnemoscope-recorder,on-call,log'],
    [
      'alertname=MnemoscopeMeasurementsRefused severity=error kpi=latency job=memory.api',
      'mnemoscope-recorder,team,log',
    ],
    // Of somebody else: people hear of it, and the recorder does not store it.
    ['alertname=DiskFull severity=error kpi=latency job=indexer', 'log'],
    ['alertname=MnemoscopeWatchdog severity=info', 'heartbeat'],
    ['alertname=MnemoscopeEased severity=none kpi=latency job=indexer', 'nobody'],
    ['alertname=MnemoscopeTest receiver=log severity=info', 'log'],
  ])('with %s to %s', async (labels, receivers) => {
    const args = [
      'config',
      'routes',
      'test',
      `--config.file=${path}`,
      `--verify.receivers=${receivers}`,
      ...labels.split(' '),
    ]
    expect(await runTool('amtool', args, files)).toEqual({
      ok: true,
      output: expect.stringContaining(receivers),
    })
  })
})

test.each([
  [{ severity: 'critical', kpi: 'f1_score', job: 'memory.api' }, ['on-call', 'team', 'log']],
  [{ severity: 'warning', kpi: 'latency', job: 'memory.api' }, ['team', 'log']],
  [{ severity: 'error', kpi: 'token_usage', job: 'memory.api' }, ['log']],
  [{ severity: 'info', kpi: 'latency', job: 'indexer' }, ['log']],
  [{ severity: 'critical', kpi: 'latency', job: 'indexer' }, ['on-call', 'log', 'heartbeat']],
  [{ alertname: 'MnemoscopeTargetDown', severity: 'critical', job: 'indexer' }, ['on-call', 'log']],
])('the configuration says that %j goes to %j', (labels, receivers) => {
  const tried = routeTests(config).find((each) =>
    Object.entries(labels).every(([name, value]) => each.labels[name] === value),
  )
  expect(tried?.receivers).toEqual(['mnemoscope-recorder', ...receivers])
})

describe('alertmanager.yml with receivers', () => {
  test('is accepted by amtool and holds secrets by file only', async () => {
    expect((await runTool('amtool', ['check-config', path], files)).ok).toBe(true)
    const text = files.get(path) as string
    expect(text.match(/(?:_file): .*/g)).toEqual([
      '_file: /run/secrets/recorder-token',
      '_file: /run/secrets/pagerduty',
      '_file: /run/secrets/slack',
      '_file: /run/secrets/smtp',
      '_file: /run/secrets/opsgenie',
      '_file: /run/secrets/log',
    ])
  })

  test('puts all levels of a KPI in one group, and the pipeline in another', () => {
    const { route, time_intervals } = parse(files.get(path) as string)
    const of = (receiver: string) =>
      route.routes.filter(
        (each: { receiver: string; group_by?: string[] }) =>
          each.receiver === receiver && each.group_by?.includes('job'),
      )
    expect(of('team')).toMatchObject([
      {
        matchers: expect.arrayContaining(['severity=~"warning|error|critical"']),
        group_by: ['job', 'kpi'],
        group_wait: '35s',
        group_interval: '1m',
        repeat_interval: '1h',
        mute_time_intervals: ['nights'],
        continue: true,
      },
      { group_by: ['alertname', 'job'], repeat_interval: '1h', mute_time_intervals: ['nights'] },
    ])
    expect(of('log')).toMatchObject([{ repeat_interval: '4h' }, { repeat_interval: '4h' }])
    expect(of('log')[0].mute_time_intervals).toBeUndefined()
    expect(time_intervals).toEqual([
      {
        name: 'nights',
        time_intervals: [
          {
            times: [
              { start_time: '22:00', end_time: '24:00' },
              { start_time: '00:00', end_time: '07:00' },
            ],
            location: 'Europe/Berlin',
          },
        ],
      },
    ])
  })
})

test.each([
  ['service', ['job']],
  ['kpi', ['job', 'kpi']],
  ['place', ['job', 'kpi', 'model', 'context_size', 'operation']],
] as const)('one message for each %s groups by %j', (groupBy, labels) => {
  const grouped = defineConfig({
    alerting: { groupBy, receivers: { log: { webhook: { url: 'https://log.example/' } } } },
  })
  const { route } = parse(generate(grouped).get(path) as string)
  expect(route.routes[3]).toMatchObject({ receiver: 'log', group_by: labels })
})

test.each([
  ['30s', '30s', '1m', '35s', '1m'],
  ['30s', '40s', '100s', '40s', '120s'],
  ['30s', '2s', '10s', '5s', '10s'],
  ['5s', '10s', '15s', '12500ms', '15s'],
])(
  'messages are made between two evaluations: every %s, wait %s, interval %s',
  (alertCheckInterval, groupWait, groupInterval, wait, interval) => {
    const alerting = {
      groupWait,
      groupInterval,
      receivers: { log: { webhook: { url: 'https://log.example/' } } },
    }
    const { route } = parse(
      generate(defineConfig({ scrapeInterval: '5s', alertCheckInterval, alerting })).get(path) as string,
    )
    expect(route.routes.at(-1)).toMatchObject({ group_wait: wait, group_interval: interval })
  },
)
