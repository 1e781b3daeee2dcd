import { describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { type Evidence, evidenceSince, type Sample } from '../../src/notifications/evidence.js'
import { promises } from '../../src/notifications/promised.js'
import { type Named, type Standing, standingsOf } from '../../src/notifications/standing.js'
import { arrived, mostTold, newlyTold, type Outcome, type Told } from '../../src/notifications/told.js'
import { type Unheard, unnotified } from '../../src/notifications/unnotified.js'
import type { GroupedAlert } from '../../src/prometheus/alertmanager.js'
import type { NotificationCount } from '../../src/prometheus/alertmanager-counts.js'

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

describe('what was counted', () => {
  const count = (begun: number, failedAttempts: number, more: Partial<NotificationCount> = {}) => ({
    ...{ integration: 'email', receiver: undefined, begun, attempts: begun, failedAttempts },
    ...{ givenUp: {}, ...more },
  })
  const sample = (at: number, counts: NotificationCount[], more: Partial<Sample> = {}): Sample => ({
    ...{ alertmanager: 'a', at, startedAt: 1, counts, members: null, own: { since: 0, taken: 0 } },
    ...more,
  })
  const since = (
    samples: Sample[],
    wanted = way,
    all = [...new Set(samples.map((one) => one.alertmanager))],
  ) => evidenceSince(samples, all, 10_000, wanted)

  test.each<[string, Sample[], Partial<Evidence> | undefined, string[]?]>([
    ['nothing', [], undefined],
    ['one look', [sample(10_000, [])], undefined],
    [
      'only what came since',
      [sample(9_000, [count(3, 3)]), sample(11_000, [count(5, 4)])],
      { begun: 2, succeeded: 1, failedAttempts: 1, isWhole: true },
    ],
    [
      'a time that was not seen',
      [sample(12_000, [count(3, 0)]), sample(13_000, [count(4, 0)])],
      { begun: 1, succeeded: 1, isWhole: false },
    ],
    [
      'a time that was not seen, in which nothing was counted',
      [sample(12_000, []), sample(13_000, [count(1, 0)])],
      { begun: 1, succeeded: 1, isWhole: true },
    ],
    [
      'a process that is younger',
      [sample(12_000, [count(3, 0)], { startedAt: 11 })],
      { begun: 3, succeeded: 3, isWhole: true },
    ],
    [
      'what came after a restart',
      [
        sample(9_000, [count(7, 0)]),
        sample(11_000, [count(9, 2)]),
        sample(12_000, [count(1, 0)], { startedAt: 11 }),
      ],
      { begun: 1, succeeded: 1, failedAttempts: 0, isWhole: true },
    ],
    [
      'what came before a restart, where nothing came after it',
      [sample(9_000, []), sample(11_000, [count(1, 0)]), sample(12_000, [], { startedAt: 11 })],
      { begun: 1, succeeded: 1 },
    ],
    [
      'two Alertmanagers',
      [
        sample(9_000, []),
        sample(9_000, [], { alertmanager: 'b' }),
        sample(11_000, []),
        sample(11_000, [count(1, 1, { givenUp: { authError: 1 } })], { alertmanager: 'b' }),
      ],
      { begun: 1, succeeded: 0, failedAttempts: 1, reasons: ['authError'] },
    ],
    [
      'only the receiver, where Alertmanager names it',
      [
        sample(9_000, []),
        sample(11_000, [count(5, 5, { receiver: 'other' }), count(1, 0, { receiver: 'oncall' })]),
      ],
      { begun: 1, succeeded: 1, failedAttempts: 0 },
    ],
    [
      'a restart after which others fail',
      [sample(9_000, []), sample(11_000, [count(1, 0)]), sample(12_000, [count(1, 1)], { startedAt: 11 })],
      { begun: 2, succeeded: 1, failedAttempts: 1, isWhole: true, isComplete: false, startedAt: 11_000 },
    ],
    [
      'two behind one address, which answer by turns',
      [
        sample(9_500, [count(7, 0)], { startedAt: -100 }),
        sample(10_500, [count(5, 0)], { startedAt: -200 }),
        sample(11_500, [count(7, 0)], { startedAt: -100 }),
        sample(12_500, [count(6, 1)], { startedAt: -200 }),
      ],
      { begun: 1, succeeded: 0, failedAttempts: 1, isWhole: false },
    ],
    [
      'one of two that does not answer any more',
      [sample(9_000, []), sample(9_000, [], { alertmanager: 'b' }), sample(11_000, [])],
      { begun: 0, isWhole: true, isComplete: false },
    ],
    [
      'one of two that never answered',
      [sample(9_000, []), sample(11_000, [])],
      { isComplete: false },
      ['a', 'b'],
    ],
    [
      'one of a cluster of two',
      [sample(9_000, [], { members: 2 }), sample(11_000, [], { members: 2 })],
      { begun: 0, isWhole: true, isComplete: false },
    ],
  ])('%s', (_, ...[samples, expected, all]) => {
    const found = since(samples, way, all)
    if (expected === undefined) expect(found).toBeUndefined()
    else expect(found).toMatchObject(expected)
  })

  test('without the webhooks that the recorder itself took, where all receivers count as one', () => {
    const webhooks = (begun: number) => [count(begun, 0, { integration: 'webhook' })]
    const samples = [
      sample(9_000, webhooks(3), { own: { since: 0, taken: 2 } }),
      sample(11_000, webhooks(8), { own: { since: 0, taken: 6 } }),
    ]
    expect(since(samples, { ...way, integration: 'webhook' })).toMatchObject({
      begun: 1,
      succeeded: 1,
    })
  })
})

test.each<[string, object, boolean | undefined]>([
  ['none at all', {}, undefined],
  ['one for all', { a: {} }, true],
  ['one of another level', { a: { severities: ['warning'] } }, false],
  ['one of another service', { a: { services: ['mnemoscope-prometheus'] } }, false],
  ['one of its service and KPI', { a: { services: ['mnemoscope-recorder'], kpis: ['f1_score'] } }, true],
  ['one of another KPI, and one of its own', { a: { kpis: ['latency'] }, b: { kpis: ['f1_score'] } }, true],
])('whether a receiver is meant for an alert, where there is %s', (_, receivers, expected) => {
  const hook = { webhook: { url: 'http://127.0.0.1' } }
  const given = Object.entries(receivers).map(([name, each]) => [name, { ...hook, ...each }])
  const config = defineConfig({ alerting: { receivers: Object.fromEntries(given) } })
  const alert = { severity: 'critical', service: 'mnemoscope-recorder', kpi: 'f1_score' }
  expect(promises(config, alert)).toBe(expected)
})

describe('why nobody knows', () => {
  const at = (outcome: Standing['outcome'], integration = 'email') => ({ ...way, integration, outcome })
  const known = (outcome: Outcome, reason: string | null = null) => ({ ...way, outcome, reason })
  const alert: Unheard = {
    ...{ alertname: 'MnemoscopeF1ScoreCritical', severity: 'critical', ageMs: 300_000, known: [] },
    ...{ standing: [at('routed')], isPromised: true, isAnybodyThere: true },
  }
  test.each<[string, Partial<Unheard>, ReturnType<typeof unnotified>]>([
    ['it is on its way', {}, undefined],
    ['it was delivered', { known: [known('success')] }, undefined],
    ['it failed', { known: [known('error')] }, 'failed'],
    ['it failed and is young', { known: [known('error')], ageMs: 299_000 }, undefined],
    ['it failed and is information', { known: [known('error')], severity: 'info' }, undefined],
    [
      'it failed and is this alert itself',
      { known: [known('error')], alertname: 'MnemoscopeNobodyNotified' },
      undefined,
    ],
    [
      'it failed on one of two ways',
      { known: [known('error')], standing: [at('routed'), at('routed', 'slack')] },
      undefined,
    ],
    [
      'it failed on one way and the other one is muted',
      { known: [known('error')], standing: [at('routed'), at('muted', 'slack')] },
      'failed',
    ],
    ['none was sent', { known: [known('unknown', 'not_sent')] }, 'not_sent'],
    ['some failed', { known: [known('unknown', 'some_fail')] }, undefined],
    ['it is silenced', { standing: [at('silenced')] }, undefined],
    ['it is inhibited', { standing: [at('inhibited')] }, undefined],
    ['it is a mute time', { standing: [at('muted')] }, undefined],
    ['Alertmanager does not have it', { standing: [at('not_there')] }, 'not_there'],
    ['no route leads to people', { standing: [at('no_receiver')] }, 'no_receiver'],
    ['no receiver is meant for it', { standing: [at('no_receiver')], isPromised: false }, undefined],
    [
      'nobody would get it, and it is not there',
      { standing: [at('not_there')], isPromised: false },
      undefined,
    ],
    ['nobody would get it, and none answers', { standing: undefined, isPromised: false }, undefined],
    ['others route, and not this', { standing: [at('no_receiver')], isPromised: undefined }, undefined],
    ['others route, and do not have it', { standing: [at('not_there')], isPromised: undefined }, 'not_there'],
    ['people just had the same', { known: [known('unknown', 'not_repeated')] }, undefined],
    ['Alertmanager is away', { standing: undefined }, 'no_answer'],
    ['there is nobody', { standing: undefined, isAnybodyThere: false }, undefined],
  ])('%s', (_, more, expected) => {
    expect(unnotified({ ...alert, ...more })).toBe(expected)
  })
})
