import { expect, test } from '@jest/globals'
import { type AlertEpisode, type AlertEvent, eventText } from '../src/index.js'

const at = 1_764_460_000
const episode = {
  timestamp: at,
  level: 'critical',
  kind: 'threshold',
  message: 'F1 score of gpt-4o (search) in demo has reached CRITICAL',
  metric_type: 'f1_score',
  peak_value: 0.246_517,
  ends_at: null,
  closed_how: null,
  acknowledgement: null,
  rating: null,
  metadata: {
    annotations: {
      shown_value: '0.283',
      shown_threshold: '0.70',
      shown_operations: '46 operations in 10 min, 30 of them at or beyond it',
      last_change: 'deployment of demo 2.1 by ci, 29 Nov 12:01 UTC',
    },
  },
} as unknown as AlertEpisode

const event = { kind: 'opened', detail: {}, episode, value_at_end: null, operations: [] } as const
const operation = {
  at,
  value: 0.05,
  outcome: null,
  trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
  span_id: null,
  metadata: {},
}
const acknowledgement = { by: 'ada', comment: null, at }
/** Units of KPIs, as the configuration has them: one may be custom. */
const units: Readonly<Record<string, string>> = { latency: 's', cost: '{dollar}' }
const noAnnotations = { ...episode.metadata, annotations: {} }
/** As Prometheus has them where their templates wrote nothing. */
const emptyAnnotations = {
  ...episode.metadata,
  annotations: { ...episode.metadata.annotations, shown_operations: '', last_change: '' },
}

test.each<[AlertEvent['kind'], Partial<AlertEpisode>, string]>([
  [
    'opened',
    {},
    'CRITICAL: F1 score of gpt-4o (search) in demo is 0.283 (threshold 0.70), 46 operations in 10 min, 30 of them at or beyond it; last change: deployment of demo 2.1 by ci, 29 Nov 12:01 UTC',
  ],
  [
    'opened',
    { metadata: emptyAnnotations },
    'CRITICAL: F1 score of gpt-4o (search) in demo is 0.283 (threshold 0.70)',
  ],
  [
    'closed',
    { level: 'warning', ends_at: at + 330 },
    'WARNING recovered after 5 min 30 s: F1 score of gpt-4o (search) in demo; worst 0.247',
  ],
  [
    'reopened',
    { acknowledgement },
    'CRITICAL again: F1 score of gpt-4o (search) in demo is 0.283 (threshold 0.70), 46 operations in 10 min, 30 of them at or beyond it; acknowledged by ada',
  ],
  ['changed', { metadata: noAnnotations }, 'CRITICAL still: F1 score of gpt-4o (search) in demo'],
  [
    'closed',
    { ends_at: at + 150, acknowledgement },
    'CRITICAL recovered after 2 min 30 s: F1 score of gpt-4o (search) in demo; worst 0.247; acknowledged by ada',
  ],
  [
    'closed',
    {
      ends_at: at + 90_000,
      metric_type: 'latency',
      peak_value: 23.456,
      message: 'Latency of m in demo has reached ERROR',
    },
    'CRITICAL recovered after 1 d 1 h: Latency of m in demo; worst 23.5 s',
  ],
  [
    'closed',
    {
      ends_at: at + 60,
      metric_type: 'cost',
      peak_value: 0.0712,
      message: 'Cost of m in demo has reached ERROR',
    },
    'CRITICAL recovered after 1 min: Cost of m in demo; worst 0.0712 dollars',
  ],
  [
    'closed',
    { ends_at: at + 30, kind: 'pipeline', message: 'demo cannot be scraped', peak_value: 1 },
    'CRITICAL ended after 30 s: demo cannot be scraped',
  ],
  [
    'closed',
    { ends_at: at, closed_how: 'superseded', peak_value: null },
    'CRITICAL went on as another alert: F1 score of gpt-4o (search) in demo',
  ],
  ['opened', { level: null, message: 'DiskFull', metadata: noAnnotations }, 'ALERT: DiskFull'],
])('an event that is %s with %j says so in the words of messages', (kind, more, text) => {
  expect(
    eventText({ ...event, kind, episode: { ...episode, ...more } }, units[more.metric_type ?? ''] ?? '1'),
  ).toBe(text)
})

test.each<[Partial<AlertEvent>, string]>([
  [
    { kind: 'closed', value_at_end: 0.861_234, episode: { ...episode, ends_at: at + 150 } },
    'CRITICAL recovered after 2 min 30 s: F1 score of gpt-4o (search) in demo; worst 0.247, at the end 0.861',
  ],
  [
    {
      operations: [{ ...operation, trace_id: null }, operation],
      episode: { ...episode, metadata: noAnnotations },
    },
    'CRITICAL: F1 score of gpt-4o (search) in demo; trace of a bad operation: 4bf92f3577b34da6a3ce929d0e0e4736',
  ],
  [
    { operations: [{ ...operation, trace_id: null }], episode: { ...episode, metadata: noAnnotations } },
    'CRITICAL: F1 score of gpt-4o (search) in demo',
  ],
  [
    {
      kind: 'storm',
      detail: { services: 6, names: 'a, b, c, d, e and 1 more' },
      episode: { ...episode, metadata: emptyAnnotations },
    },
    '6 services breached within a minute: a, b, c, d, e and 1 more; the last: CRITICAL: F1 score of gpt-4o (search) in demo is 0.283 (threshold 0.70)',
  ],
])('what only the recorder knows is in the text of %j', (more, text) => {
  expect(eventText({ ...event, ...more }, '1')).toBe(text)
})
