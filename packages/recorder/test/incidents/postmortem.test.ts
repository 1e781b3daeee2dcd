import { expect, test } from '@jest/globals'
import { type AlertEpisode, defineConfig } from '@mnemoscope/kpi'
import type { IncidentDetail } from '../../src/incidents/detail.js'
import { notificationText } from '../../src/incidents/notification.js'
import { postmortem } from '../../src/incidents/postmortem.js'
import { fitting, type Happened, type TimelineItem, timelineOf } from '../../src/incidents/timeline.js'

const { kpis } = defineConfig()
const began = Date.parse('2026-03-01T12:00:00Z') / 1_000

const episode: AlertEpisode = {
  id: 7,
  timestamp: began,
  level: 'critical',
  kind: 'threshold',
  message: 'F1 score of <gpt|4o> has reached CRITICAL',
  metric_type: 'f1_score',
  current_value: 0.6,
  newest_value: 0.5,
  newest_at: began + 60,
  peak_value: 0.42,
  threshold: 0.7,
  service: 'memory',
  model: '<gpt|4o>',
  context_size: '8192',
  operation: 'search',
  ends_at: began + 600,
  closed_how: 'resolved',
  is_worst: true,
  acknowledgement: null,
  preceded_by: null,
  rating: null,
  metadata: { alertname: 'MnemoscopeF1ScoreCritical', fingerprint: 'aa', labels: {}, annotations: {} },
}

const happened: Happened = {
  incident: 3,
  episodes: [episode, { ...episode, id: 8, ends_at: began, closed_how: 'superseded' }],
  notifications: [
    {
      ...{ at: began + 40, receiver: 'night', integration: 'webhook', outcome: 'success', reason: null },
      ...{ silences: [], inhibitedBy: [], muteTimes: [], alerts: 2, episode: null },
    },
  ],
  acknowledgements: [
    { by: 'ada', comment: null, at: began + 120 },
    // The same acknowledgement, of another alert.
    { by: 'ada', comment: null, at: began + 120 },
  ],
  actions: [
    {
      kind: 'comment',
      incident_id: 3,
      by: 'grace',
      at: began + 200,
      comment: 'a *new* index\n# lost, _so_ ~~not~~ &lt;f1_score&gt;',
      other_id: null,
      episodes: 0,
    },
    { kind: 'split', incident_id: 2, by: 'grace', at: began + 300, comment: null, other_id: 3, episodes: 1 },
  ],
  deployments: [
    {
      id: 1,
      at: began - 300,
      service: 'memory',
      version: '2',
      previous_version: '1',
      source: 'api',
      by: 'ci',
    },
  ],
  configChanges: [{ at: began - 600, by: 'ada', summary: ['F1 score: warning 0.8 → 0.85'] }],
  moved: [
    {
      at: began,
      place: episode,
      kpis: [{ kpi: 'f1_score', before: 0.9123456, low: 0.9, high: 0.92, since: 0.5 }],
    },
  ],
}

const timeline = timelineOf(happened, kpis)

test('a timeline has everything once, in the order in which it happened', () => {
  expect(timeline.map(({ at, kind, what, by }) => [at - began, kind, what, by])).toEqual([
    [-600, 'config_change', 'F1 score: warning 0.8 → 0.85', 'ada'],
    [-300, 'deployment', 'memory 1 → 2', 'ci'],
    [0, 'kpi_moved', 'F1 score of <gpt|4o> (search), context size 8192: 0.9123 → 0.5', null],
    [0, 'alert_began', 'F1 score of <gpt|4o> has reached CRITICAL', null],
    [40, 'notification', 'night by webhook: delivered, of 2 alerts', null],
    [120, 'acknowledged', 'Acknowledged', 'ada'],
    [200, 'comment', 'a *new* index\n# lost, _so_ ~~not~~ &lt;f1_score&gt;', 'grace'],
    [300, 'split', 'Split off from incident 2', 'grace'],
    [600, 'alert_ended', 'F1 score of <gpt|4o> has reached CRITICAL', null],
  ])
})

test.each<[given: Partial<Parameters<typeof notificationText>[0]>, text: string]>([
  [{ outcome: 'error', reason: 'serverError' }, 'night by webhook: failed (serverError)'],
  [{ outcome: 'error', reason: 'attempts_fail' }, 'night by webhook: failed (every attempt)'],
  [
    { outcome: 'unknown', reason: 'not_seen', integration: null },
    'night: not known whether it was delivered',
  ],
  [
    {
      outcome: 'silenced',
      receiver: null,
      silences: [{ id: 'a', by: 'ada', comment: 'a test', until: began }],
    },
    'nobody notified: silenced by ada until 2026-03-01 12:00 UTC (a test)',
  ],
  [{ outcome: 'inhibited', receiver: null, inhibitedBy: ['A'] }, 'nobody notified: inhibited by A'],
  [{ outcome: 'muted', muteTimes: ['night'] }, 'night by webhook: nobody notified: mute time night'],
  [{ outcome: 'no_receiver', receiver: null }, 'nobody notified: no route leads it to people'],
  [{ outcome: 'not_there', receiver: null }, 'nobody notified: Alertmanager does not have it'],
])('a timeline says what became of a notification: %p', (given, text) => {
  const [notification] = happened.notifications
  if (notification === undefined) throw new Error('no notification')
  expect(notificationText({ ...notification, alerts: 1, ...given })).toBe(text)
})

test('of a storm, a timeline keeps all that people did, and the first alerts', () => {
  const entry = (at: number, kind: TimelineItem['kind']): TimelineItem => {
    return { at, kind, what: '', by: null, level: null, episode: null }
  }
  const storm = Array.from({ length: 50 }, (_, at) => entry(at, 'alert_began'))
  const said = [entry(51, 'comment'), entry(52, 'acknowledged')]
  const kept = fitting([...storm, ...said], 10)
  expect(kept.map(({ at }) => at)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 51, 52])
  // Of more than fits, what was said last is what somebody wants to know.
  expect(fitting([...storm, ...said], 1)).toEqual([said[1]])
})

test('a draft says what is known, and escapes names and comments', () => {
  const incident: IncidentDetail = {
    ...{ id: 3, title: 'memory: F1 score, 1 alert', titled_by: null, level: 'critical', state: 'resolved' },
    ...{
      starts_at: began,
      ends_at: began + 600,
      services: ['memory'],
      kpis: ['f1_score'],
      alerts: 1,
      open_alerts: 0,
    },
    ...{ acknowledged_at: began + 120, people: ['ada', 'grace'], merged: [], left_out: 2 },
    ...{ was_notified: true, notified_at: began + 40 },
    episodes: [episode],
    timeline,
  }
  const draft = postmortem(incident, kpis, began + 700)
  for (const line of [
    '# Incident 3: memory: F1 score, 1 alert',
    '| Ended | 2026-03-01 12:10:00, after 10 min |',
    '| Acknowledged | 2026-03-01 12:02:00, after 2 min |',
    '| critical | F1 score of \\<gpt\\|4o\\> has reached CRITICAL | 0.42 | 0.7 | 10 min |',
    '| 2026-03-01 12:03:20 | Comment | a \\*new\\* index # lost, \\_so\\_ \\~\\~not\\~\\~ \\&lt;f1_score\\&gt; | grace |',
    '2 more entries are not shown, most of them of alerts and notifications.',
    '| Notified | 2026-03-01 12:00:40, after 40 s |',
    '- Deployment 5 min before: memory 1 → 2, by ci\n- Configuration 10 min before: F1 score: warning 0.8 → 0.85, by ada',
  ]) {
    expect(draft).toContain(line)
  }
  const open = postmortem(
    { ...incident, ends_at: null, was_notified: false, notified_at: null, timeline: [], left_out: 0 },
    kpis,
    began + 700,
  )
  expect(open).toContain('| Ended | not yet, after 11 min 40 s |')
  expect(open).toContain('| Notified | nobody |')
  expect(open).toContain('Nothing is known to have changed in the six hours before.')
})
