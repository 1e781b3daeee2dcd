import { expect, test } from '@jest/globals'
import { lineText } from '../../page/before-lines.js'
import { type Notified, notifiedPieces, toldLines, wasNotifiedPieces } from '../../page/notified-text.js'

const none = { silences: [], inhibited_by: [], mute_times: [] }

test.each<[Partial<Notified>, string]>([
  [{ state: 'routed', receivers: ['mail', 'oncall'] }, 'Alertmanager routes it to mail, oncall.'],
  [
    { state: 'routed', receivers: ['mail'], is_failing: true },
    'Alertmanager routes it to mail. Deliveries are failing now: see that alert.',
  ],
  [
    {
      ...{ state: 'silenced', receivers: ['oncall'] },
      silences: [{ by: 'ada', comment: 'rebuild', until: 60 }],
    },
    'Nobody: silenced by ada until 60 (rebuild). Else it would go to oncall.',
  ],
  [{ state: 'inhibited', inhibited_by: ['Other'] }, 'Nobody by itself: Other inhibits it.'],
  [{ state: 'muted', mute_times: ['nights'] }, 'Nobody now: mute time nights.'],
  [{ state: 'no_receiver' }, 'Nobody: no route leads it to people. Add a receiver to the configuration.'],
  [{ state: 'not_there' }, 'Alertmanager does not have this alert: it has just begun, or is over.'],
  [{ state: 'over' }, ''],
  [{ state: 'unknown' }, 'Not known: no Alertmanager answers.'],
])('who is notified now: %j', (notified, text) => {
  const given = { ...none, state: 'unknown', was_notified: null, receivers: [], is_failing: false, told: [] }
  expect(lineText({ pieces: notifiedPieces({ ...given, ...notified } as Notified) }, String)).toBe(text)
})

const told = (at: number, outcome: string, more: object = {}) => ({
  ...{ at, outcome, receiver: 'oncall', integration: 'email', reason: null },
  ...none,
  ...more,
})
const nowhere = { receiver: null, integration: null }

test('what was learned, a line each, without that something was on its way once its end is known', () => {
  const silences = [{ by: 'ada', comment: '', until: 90 }]
  const lines = toldLines([
    told(0, 'not_there', nowhere),
    told(1, 'silenced', { silences }),
    told(2, 'inhibited', { inhibited_by: ['Other'] }),
    told(3, 'muted', { mute_times: ['nights'] }),
    told(4, 'routed'),
    told(5, 'error', { reason: 'serverError' }),
    told(6, 'error', { reason: 'attempts_fail', integration: null }),
    told(7, 'unknown', { reason: 'some_fail' }),
    told(8, 'success'),
    told(9, 'routed', { receiver: 'pager' }),
    told(10, 'no_receiver', nowhere),
  ])
  expect(lines.map((pieces) => lineText({ pieces }, String))).toEqual([
    '0 Alertmanager does not have it',
    '1 oncall by email: silenced by ada until 90',
    '2 oncall by email: inhibited by Other',
    '3 oncall by email: mute time nights',
    '5 oncall by email: failed (serverError)',
    '6 oncall: failed (every attempt)',
    '7 oncall by email: not known: some notifications of that time failed, and Alertmanager does not say which',
    '8 oncall by email: delivered',
    '9 pager by email: on its way',
    '10 no route leads it to people',
  ])
  const many = toldLines(Array.from({ length: 200 }, (_, i) => told(i, i % 2 === 0 ? 'muted' : 'error')))
  expect(many).toHaveLength(21)
  expect(many[0]).toEqual(['180 more before'])
})

test.each<[boolean | null, string]>([
  [true, 'Notified: oncall by email at 8.'],
  [false, 'Nobody was notified.'],
  [null, 'It is not known whether anybody was notified.'],
])('whether somebody was notified: %j', (was_notified, text) => {
  const all = was_notified ? [told(8, 'success'), told(9, 'success')] : [told(8, 'error')]
  expect(lineText({ pieces: wasNotifiedPieces({ was_notified, told: all }) }, String)).toBe(text)
})
