import { describe, expect, test } from '@jest/globals'
import { lineText } from '../../page/before-lines.js'
import { notifiedPieces } from '../../page/notified-text.js'
import { askNotified, type Notified, stateOf } from '../../src/notifications/notified.js'
import type { RoutedAlert } from '../../src/prometheus/alertmanager.js'

const group = (receiver: string, more: Partial<RoutedAlert> = {}): RoutedAlert => ({
  ...{ receiver, silencedBy: [], inhibitedBy: [], mutedBy: [] },
  ...more,
})
const [silenced, inhibited, muted] = [{ silencedBy: ['s'] }, { inhibitedBy: ['i'] }, { mutedBy: ['nights'] }]

describe('whether people are notified', () => {
  test.each<[string, RoutedAlert[], Notified['state'], string[]]>([
    ['no group', [], 'not_there', []],
    ['only the recorder', [group('mnemoscope-recorder')], 'no_receiver', []],
    ['only nobody', [group('nobody'), group('mnemoscope-recorder')], 'no_receiver', []],
    [
      'people',
      [group('mnemoscope-recorder'), group('oncall'), group('mail'), group('mail')],
      'routed',
      ['mail', 'oncall'],
    ],
    [
      'a silence',
      [group('mnemoscope-recorder', silenced), group('oncall', silenced)],
      'silenced',
      ['oncall'],
    ],
    ['a silence of an alert for nobody', [group('nobody', silenced)], 'silenced', []],
    ['another alert', [group('oncall', inhibited)], 'inhibited', ['oncall']],
    ['silence and another alert', [group('oncall', { ...silenced, ...inhibited })], 'silenced', ['oncall']],
    ['a mute time for all', [group('mnemoscope-recorder'), group('oncall', muted)], 'muted', ['oncall']],
    ['a mute time for some', [group('mail'), group('oncall', muted)], 'routed', ['mail', 'oncall']],
    ['a mute time of the recorder', [group('mnemoscope-recorder', muted), group('mail')], 'routed', ['mail']],
  ])('%s', (_, groups, state, receivers) => {
    expect(stateOf(groups)).toEqual({ state, receivers })
  })

  test('without an Alertmanager that answers it is not known', async () => {
    const away = async () => Promise.reject(new Error('away'))
    const client = { firing: away, routed: away, silence: away, nameOf: away }
    expect(await askNotified([client, client], {})).toMatchObject({ state: 'unknown' })
    expect(
      await askNotified([client, { ...client, routed: async () => [group('oncall')] }], {}),
    ).toMatchObject({
      ...{ state: 'routed', receivers: ['oncall'] },
    })
  })
})

test.each<[Partial<Notified>, string]>([
  [{ state: 'routed', receivers: ['mail', 'oncall'] }, 'Alertmanager routes it to mail, oncall.'],
  [
    { state: 'routed', receivers: ['mail'], is_failing: true },
    'Alertmanager routes it to mail. Deliveries are failing now: see that alert.',
  ],
  [
    {
      state: 'silenced',
      receivers: ['oncall'],
      silences: [{ id: 'a', by: 'ada', comment: 'rebuild', until: 60 }],
    },
    'Nobody: silenced by ada until 60 (rebuild). Else it would go to oncall.',
  ],
  [{ state: 'inhibited', inhibited_by: ['Other'] }, 'Nobody by itself: Other inhibits it.'],
  [{ state: 'muted', mute_times: ['nights'] }, 'Nobody now: mute time nights.'],
  [{ state: 'no_receiver' }, 'Nobody: no route leads it to people. Add a receiver to the configuration.'],
  [{ state: 'not_there' }, 'Alertmanager does not have this alert: it has just begun, or is over.'],
  [{ state: 'unknown' }, 'Not known: no Alertmanager answers.'],
])('%j in words', (notified, text) => {
  const none = {
    state: 'unknown',
    receivers: [],
    silences: [],
    inhibited_by: [],
    mute_times: [],
    is_failing: false,
  } as const
  expect(lineText({ pieces: notifiedPieces({ ...none, ...notified }) }, String)).toBe(text)
})
