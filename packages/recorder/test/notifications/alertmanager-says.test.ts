import { describe, expect, test } from '@jest/globals'
import { deliveredIn, eventsSchema } from '../../src/notifications/events.js'
import { routingOf } from '../../src/notifications/routing.js'
import { isWithin, type TimeInterval } from '../../src/notifications/time-interval.js'
import { countsIn } from '../../src/prometheus/alertmanager-counts.js'

describe('the configuration of Alertmanager', () => {
  const routing = routingOf(`
route:
  receiver: nobody
  group_wait: 1m
  routes:
  - receiver: recorder
    matchers: ['alertname=~"Mnemoscope.+"']
    continue: true
  - matchers: ['severity=~"error|critical"', 'team != "x"']
    group_interval: 10s
    receiver: oncall
    routes:
    - match: {kpi: latency}
      receiver: desk
      mute_time_intervals: [nights]
      continue: true
    - match_re: {kpi: late.*}
  - receiver: mail
    active_time_intervals: [nights]
time_intervals:
- name: nights
  time_intervals: [{times: [{start_time: '00:00', end_time: '06:00'}]}]
receivers:
- name: nobody
- name: oncall
  email_configs: [{to: a}]
  webhook_configs: [{url: <secret>}, {url: <secret>}]
  slack_configs: []
`)
  const [night, day] = [Date.UTC(2026, 0, 1, 3), Date.UTC(2026, 0, 1, 12)]

  test.each<[string, Record<string, string>, string[]]>([
    ['the last route', { severity: 'info' }, ['mail']],
    ['one with continue', { alertname: 'MnemoscopeX', severity: 'info' }, ['recorder', 'mail']],
    ['not a name that only begins so', { alertname: 'xMnemoscopeX' }, ['mail']],
    ['one without children that match', { severity: 'critical', kpi: 'f1_score' }, ['oncall']],
    ['both children', { severity: 'critical', kpi: 'latency' }, ['desk', 'oncall']],
    ['none of a negative matcher', { severity: 'critical', team: 'x' }, ['mail']],
  ])('leads an alert by %s', (_, labels, receivers) => {
    expect(routing.routesOf(labels).map(({ receiver }) => receiver)).toEqual(receivers)
  })

  test('has integrations, inherited waits and intervals that mute', () => {
    expect(routing.integrationsOf('oncall')).toEqual(['email', 'webhook'])
    expect(routing.integrationsOf('nobody')).toEqual([])
    const [desk, oncall] = routing.routesOf({ severity: 'error', kpi: 'latency' })
    expect(desk).toMatchObject({ groupWait: 60, groupInterval: 10 })
    expect([desk?.mutedBy(night), desk?.mutedBy(day), oncall?.mutedBy(night)]).toEqual([['nights'], [], []])
    const [mail] = routing.routesOf({})
    expect([mail?.mutedBy(night), mail?.mutedBy(day)]).toEqual([[], ['nights']])
  })
})

test.each<[string, TimeInterval, string, boolean]>([
  ['everything', {}, '2026-01-01T00:00Z', true],
  ['a time', { times: [{ start_time: '09:00', end_time: '17:00' }] }, '2026-01-01T09:00Z', true],
  ['its end', { times: [{ start_time: '09:00', end_time: '17:00' }] }, '2026-01-01T17:00Z', false],
  ['a whole day', { times: [{ start_time: '00:00', end_time: '24:00' }] }, '2026-01-01T23:59Z', true],
  [
    'a zone',
    { times: [{ start_time: '09:00', end_time: '10:00' }], location: 'Asia/Tokyo' },
    '2026-01-01T00:30Z',
    true,
  ],
  ['weekdays', { weekdays: ['monday:friday'] }, '2026-01-04T00:00Z', false],
  ['a weekday', { weekdays: ['saturday', 'sunday'] }, '2026-01-04T00:00Z', true],
  ['the last days', { days_of_month: ['-3:-1'] }, '2026-02-26T00:00Z', true],
  ['not yet the last days', { days_of_month: ['-3:-1'] }, '2026-02-25T00:00Z', false],
  ['months', { months: ['january:march'] }, '2026-03-31T00:00Z', true],
  ['a month by number', { months: ['4'] }, '2026-03-31T00:00Z', false],
  ['years', { years: ['2025:2026'] }, '2027-01-01T00:00Z', false],
])('an interval of %s', (_, interval, at, expected) => {
  expect(isWithin(interval, Date.parse(at))).toBe(expected)
})

test('counts of notifications, by receiver where it is named', () => {
  const text = `# TYPE process_start_time_seconds gauge
process_start_time_seconds 1.7e+09
alertmanager_notifications_total{integration="email"} 0
alertmanager_notifications_total{integration="webhook",receiver_name="a\\"b"} 3
alertmanager_notification_requests_total{integration="webhook",receiver_name="a\\"b"} 5
alertmanager_notification_requests_failed_total{integration="webhook",receiver_name="a\\"b"} 4
alertmanager_notifications_failed_total{integration="webhook",receiver_name="a\\"b",reason="serverError"} 2
alertmanager_cluster_members 2
alertmanager_notifications_failed_total{integration="webhook",receiver_name="a\\"b",reason="other"} 0
`
  expect(countsIn(text)).toEqual({
    startedAt: 1_700_000_000,
    members: 2,
    counts: [
      {
        ...{ integration: 'webhook', receiver: 'a"b', begun: 3, attempts: 5, failedAttempts: 4 },
        givenUp: { serverError: 2 },
      },
    ],
  })
  expect(() => countsIn('process_start_time_seconds 1')).toThrow('no counts')
})

const envelope = (data: object) => ({ '@timestamp': '2026-01-01T00:00:00.5Z', instance: 'a', data })
const startsAt = '2026-01-01T00:00:00Z'
const groupInfo = { receiverName: 'oncall', groupKey: '{}' }
const integration = { name: 'webhook' }

test.each<[string, unknown, number]>([
  [
    'of 0.33',
    envelope({
      notification: {
        alerts: [
          {
            hash: '1',
            details: { labels: { labels: [{ key: 'alertname', value: 'MnemoscopeA' }] }, startsAt },
          },
          {
            hash: '2',
            details: {
              labels: { labels: [{ key: 'alertname', value: 'MnemoscopeB' }] },
              startsAt,
              resolved: true,
            },
          },
        ],
        ...{ firingAlerts: [{ hash: '1' }], resolvedAlerts: [{ hash: '2' }], groupInfo, integration },
      },
    }),
    1,
  ],
  [
    'of 0.35',
    [
      envelope({ alertCreated: { alert: {} } }),
      envelope({
        notification: {
          alerts: [
            { fingerprint: '1', details: { labels: { alertname: 'MnemoscopeA' }, startsAt } },
            { fingerprint: '3', details: { labels: { alertname: 'MnemoscopeC' }, startsAt } },
          ],
          ...{
            firingAlerts: [{ fingerprint: '1' }],
            mutedAlerts: [{ fingerprint: '3' }],
            groupInfo,
            integration,
          },
        },
      }),
    ],
    1,
  ],
  [
    'of ours',
    envelope({
      notification: {
        alerts: [{ fingerprint: '1', details: { labels: { alertname: 'MnemoscopeA' }, startsAt } }],
        ...{ firingAlerts: [{ fingerprint: '1' }], integration },
        groupInfo: { receiverName: 'mnemoscope-recorder' },
      },
    }),
    0,
  ],
])('events %s name the alerts that fire and were notified of', (_, body, count) => {
  const found = deliveredIn(eventsSchema.parse(body))
  const alert = { labels: { alertname: 'MnemoscopeA' }, annotations: {}, startsAt: Date.UTC(2026, 0, 1) }
  const one = { at: Date.UTC(2026, 0, 1) + 500, receiver: 'oncall', integration: 'webhook' }
  expect(found).toEqual(count === 0 ? [] : [{ ...one, alert: { ...alert, resolved: false } }])
})
