import { describe, expect, test } from '@jest/globals'
import type { Evidence } from '../../src/notifications/evidence.js'
import { type Named, type Standing, standingsOf } from '../../src/notifications/standing.js'
import { arrived, mostTold, newlyTold, type Outcome, type Told } from '../../src/notifications/told.js'
import type { GroupedAlert } from '../../src/prometheus/alertmanager.js'

const group = (receiver: string, more: Partial<GroupedAlert> = {}): GroupedAlert => ({
  ...{ labels: {}, receiver, silencedBy: [], inhibitedBy: [], mutedBy: [], isFirst: true },
  ...more,
})
const named: Named = {
  silence: (id) => ({ id, by: 'ada', comment: 'rebuild', until: 60 }),
  alert: (fingerprint) => (fingerprint === 'i' ? 'Other' : undefined),
}
const [silenced, inhibited, muted] = [{ silencedBy: ['s'] }, { inhibitedBy: ['i'] }, { mutedBy: ['nights'] }]
const mine = group('mnemoscope-recorder')
const integrations: Readonly<Record<string, string[]>> = { oncall: ['email'], mail: ['email', 'webhook'] }
const routing = (mutedBy: readonly string[] = []) => ({
  integrationsOf: (receiver: string) => integrations[receiver] ?? [],
  routesOf: () => [{ receiver: 'oncall', groupWait: 30, groupInterval: 300, mutedBy: () => mutedBy }],
})

describe('where an alert stands', () => {
  test.each<[string, GroupedAlert[], string[]]>([
    ['no group', [], ['- - not_there']],
    ['only the recorder', [mine], ['- - no_receiver']],
    ['only nobody', [group('nobody'), mine], ['- - no_receiver']],
    ['a receiver that does nothing', [group('empty'), mine], ['- - no_receiver']],
    ['a silence of an alert for nobody', [group('nobody', silenced)], ['- - silenced']],
    [
      'people',
      [mine, group('oncall'), group('mail')],
      ['mail email routed', 'mail webhook routed', 'oncall email routed'],
    ],
    ['a silence', [mine, group('oncall', silenced)], ['oncall email silenced']],
    ['another alert', [group('oncall', inhibited)], ['oncall email inhibited']],
    [
      'a silence and another alert',
      [group('oncall', { ...silenced, ...inhibited })],
      ['oncall email silenced'],
    ],
    ['a mute time', [mine, group('oncall', muted)], ['oncall email muted']],
    ['a mute time of one of two routes', [group('oncall', muted), group('oncall')], ['oncall email routed']],
    ['a mute time of the recorder', [{ ...mine, ...muted }, group('oncall')], ['oncall email routed']],
  ])('%s', (_, groups, expected) => {
    const found = standingsOf(groups, routing(), named, 0)
    expect(
      found.map(
        ({ receiver, integration, outcome }) => `${receiver ?? '-'} ${integration ?? '-'} ${outcome}`,
      ),
    ).toEqual(expected)
  })

  test('by the configuration, where Alertmanager does not say that it is a mute time', () => {
    expect(standingsOf([group('oncall')], routing(['nights']), named, 0)).toMatchObject([
      { outcome: 'muted', muteTimes: ['nights'] },
    ])
    expect(standingsOf([group('oncall')], undefined, named, 0)).toMatchObject([
      { receiver: 'oncall', integration: null, outcome: 'routed', waitSeconds: null },
    ])
  })

  test('a new group waits less than one that is there', () => {
    const waits = [true, false].map(
      (isFirst) => standingsOf([group('oncall', { isFirst })], routing(), named, 0)[0]?.waitSeconds,
    )
    expect(waits).toEqual([30, 300])
  })
})

const way = { receiver: 'oncall', integration: 'email' }
const evidence = (
  begun: number,
  succeeded: number,
  failedAttempts: number,
  more: Partial<Evidence> = {},
) => ({
  ...{ begun, succeeded, failedAttempts, reasons: [], isWhole: true, isComplete: true, startedAt: 0 },
  ...more,
})

test.each<[string, Evidence | undefined, ReturnType<typeof arrived>, boolean?]>([
  ['nothing is counted', undefined, { outcome: 'unknown', reason: 'not_counted' }],
  ['all succeed', evidence(2, 2, 0), { outcome: 'success', reason: null }],
  ['one is still under way', evidence(2, 1, 0), undefined],
  ['all that were in time succeeded', evidence(2, 1, 0), { outcome: 'success', reason: null }, true],
  ['a slow receiver has not answered', evidence(1, 0, 0), undefined, true],
  ['all succeed at last', evidence(2, 2, 5), { outcome: 'success', reason: null }],
  ['all fail', evidence(2, 0, 5), { outcome: 'error', reason: 'attempts_fail' }],
  [
    'all are given up',
    evidence(2, 0, 5, { reasons: ['authError'] }),
    { outcome: 'error', reason: 'authError' },
  ],
  ['some fail', evidence(2, 1, 5), { outcome: 'unknown', reason: 'some_fail' }],
  ['none is begun', evidence(0, 0, 0), { outcome: 'unknown', reason: 'not_sent' }],
  ['none was seen', evidence(0, 0, 0, { isWhole: false }), { outcome: 'unknown', reason: 'not_seen' }],
  [
    'others fail after a time that was not seen',
    evidence(1, 0, 3, { isWhole: false }),
    { outcome: 'unknown', reason: 'not_seen' },
  ],
  [
    'another Alertmanager may have sent it',
    evidence(0, 0, 0, { isComplete: false }),
    { outcome: 'unknown', reason: 'not_seen' },
  ],
  [
    'all fail that are seen of a cluster',
    evidence(1, 0, 3, { isComplete: false }),
    { outcome: 'error', reason: 'attempts_fail' },
  ],
])('what became of notifications where %s', (_, ...[given, expected, isLate]) => {
  expect(arrived(given, isLate)).toEqual(expected)
})

describe('what is new of an alert', () => {
  const none = { silences: [], inhibitedBy: [], muteTimes: [] }
  const told = (at: number, outcome: Outcome, more: Partial<Told> = {}): Told => ({
    ...{ ...way, ...none, at, outcome, reason: null, dueAt: outcome === 'routed' ? at + 32_000 : null },
    ...more,
  })
  const stands = (outcome: Standing['outcome'], more: Partial<Standing> = {}): Standing => ({
    ...{ ...way, ...none, outcome, waitSeconds: 30 },
    ...more,
  })
  const nowhere = { receiver: null, integration: null }
  const absent = stands('not_there', nowhere)
  const [ok, bad, mixed, unsent] = [
    evidence(1, 1, 0),
    evidence(1, 0, 3),
    evidence(2, 1, 3),
    evidence(0, 0, 0),
  ]
  const silence = { silences: [named.silence('s')] }

  test.each<[string, Told[], Standing[], number, Evidence | undefined, string[]]>([
    ['it is led to somebody', [], [stands('routed')], 0, undefined, ['routed']],
    ['it is still on its way', [told(0, 'routed')], [stands('routed')], 31_000, ok, []],
    ['it has arrived', [told(0, 'routed')], [stands('routed')], 32_000, ok, ['success']],
    ['it has failed', [told(0, 'routed')], [stands('routed')], 32_000, bad, ['error attempts_fail']],
    ['some have failed', [told(0, 'routed')], [stands('routed')], 32_000, mixed, ['unknown some_fail']],
    ['none was sent', [told(0, 'routed')], [stands('routed')], 32_000, unsent, ['unknown not_sent']],
    [
      'there are no counts',
      [told(0, 'routed')],
      [stands('routed')],
      32_000,
      undefined,
      ['unknown not_counted'],
    ],
    [
      'it arrived, whatever fails later',
      [told(0, 'routed'), told(1, 'success')],
      [stands('routed')],
      1e6,
      bad,
      [],
    ],
    [
      'it arrives after it failed',
      [told(0, 'routed'), told(32_000, 'error')],
      [stands('routed')],
      90_000,
      ok,
      ['success'],
    ],
    ['it fails again', [told(0, 'routed'), told(32_000, 'error')], [stands('routed')], 90_000, bad, []],
    [
      'what was not clear is',
      [told(0, 'routed'), told(32_000, 'unknown', { reason: 'some_fail' })],
      [stands('routed')],
      90_000,
      ok,
      ['success'],
    ],
    [
      'others are sent, and it was not',
      [told(0, 'routed'), told(32_000, 'unknown', { reason: 'not_sent' })],
      [stands('routed')],
      90_000,
      ok,
      [],
    ],
    [
      'it was not sent, and now fails',
      [told(0, 'routed'), told(32_000, 'unknown', { reason: 'not_sent' })],
      [stands('routed')],
      90_000,
      bad,
      ['error attempts_fail'],
    ],
    [
      'what was not seen has arrived since',
      [told(0, 'routed'), told(32_000, 'unknown', { reason: 'not_seen' })],
      [stands('routed')],
      90_000,
      ok,
      ['success'],
    ],
    [
      'Alertmanager began again before it was due',
      [told(0, 'routed')],
      [stands('routed')],
      32_000,
      evidence(0, 0, 0, { startedAt: 9_000 }),
      [],
    ],
    [
      'Alertmanager began again, and has had the time',
      [told(0, 'routed')],
      [stands('routed')],
      101_000,
      evidence(0, 0, 0, { startedAt: 9_000 }),
      ['unknown not_sent'],
    ],
    ['its receiver is slow', [told(0, 'routed')], [stands('routed')], 40_000, evidence(1, 0, 0), []],
    ['it is silenced', [], [stands('silenced', silence)], 0, undefined, ['silenced']],
    ['it still is', [told(0, 'silenced', silence)], [stands('silenced', silence)], 1e6, undefined, []],
    ['no more', [told(0, 'silenced', silence)], [stands('routed')], 1e6, undefined, ['routed']],
    [
      'it is silenced before it was sent',
      [told(0, 'routed')],
      [stands('silenced', silence)],
      9_000,
      unsent,
      ['silenced'],
    ],
    [
      'it is silenced while something was sent',
      [told(0, 'routed')],
      [stands('silenced', silence)],
      9_000,
      ok,
      ['unknown held_back_later', 'silenced'],
    ],
    [
      'it is silenced after it arrived',
      [told(0, 'routed'), told(32_000, 'success')],
      [stands('silenced', silence)],
      90_000,
      unsent,
      ['silenced'],
    ],
    [
      'what inhibits it has just ended',
      [told(0, 'inhibited', { inhibitedBy: ['Other'] })],
      [stands('inhibited')],
      1e6,
      undefined,
      [],
    ],
    ['it has not come yet', [], [absent], 59_000, undefined, []],
    ['it does not come', [], [absent], 60_000, undefined, ['not_there']],
    [
      'it is there at last',
      [told(6e4, 'not_there', nowhere)],
      [stands('routed')],
      9e4,
      undefined,
      ['routed'],
    ],
    ['it has gone, and has arrived', [told(0, 'routed')], [absent], 32_000, ok, ['success']],
    ['it is over, and may come yet', [told(0, 'routed')], [], 31_000, ok, []],
    ['it is over, and has arrived', [told(0, 'routed')], [], 32_000, ok, ['success']],
    ['it is over, and was told of', [told(0, 'routed'), told(1, 'error')], [], 1e6, ok, []],
    [
      'it goes back and forth for weeks',
      Array.from({ length: mostTold }, (_, i) => told(i, i % 2 === 0 ? 'silenced' : 'muted')),
      [stands('silenced', silence)],
      1e6,
      undefined,
      [],
    ],
  ])('%s', (_, known, standing, now, seen, expected) => {
    const found = newlyTold({ startsAt: 0, known }, standing, { now, everyMs: 1_000 }, () => seen)
    expect(found.map(({ outcome, reason }) => [outcome, reason ?? []].flat().join(' '))).toEqual(expected)
  })

  test('people were notified of the same alert just before, and Alertmanager sends nothing new', () => {
    const episode = { startsAt: 0, known: [told(0, 'routed')], isAgain: true }
    const look = { now: 32_000, everyMs: 1_000 }
    expect(newlyTold(episode, [stands('routed')], look, () => unsent)).toMatchObject([
      { outcome: 'unknown', reason: 'not_repeated' },
    ])
  })

  test('that it was delivered is stored however much is known of it', () => {
    const known = Array.from({ length: mostTold }, (_, i) => told(i, i % 2 === 0 ? 'silenced' : 'routed'))
    const look = { now: 1e6, everyMs: 1_000 }
    expect(newlyTold({ startsAt: 0, known }, [stands('routed')], look, () => ok)).toMatchObject([
      { outcome: 'success' },
    ])
  })

  test('the counts of the time since it began, or since it was led there again, tell', () => {
    const since = (known: Told[]) => {
      const asked: number[] = []
      const look = { now: 1e6, everyMs: 1_000 }
      newlyTold({ startsAt: -500, known }, [stands('routed')], look, (from) => void asked.push(from))
      return asked
    }
    expect(since([told(0, 'routed')])).toEqual([-500])
    expect(since([told(0, 'silenced', silence), told(9_000, 'routed')])).toEqual([8_000])
  })
})
