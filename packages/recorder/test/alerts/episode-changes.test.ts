import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Episode } from '../../src/alerts/episode.js'
import { advance } from '../../src/alerts/episode-changes.js'
import type { Observation } from '../../src/alerts/observation.js'

const interval = 1

const alert = {
  cluster: 'default',
  fingerprint: '00000000000000aa',
  labels: { alertname: 'MnemoscopeF1ScoreCritical' },
  annotations: { summary: 'F1 is low' },
} as const

/** A notification that the alert fires since `startsAt`. */
const firing = (startsAt: number): Observation => ({ ...alert, startsAt })

/** A notification that it ended. */
const resolved = (startsAt: number, endsAt: number): Observation => ({ ...alert, startsAt, endsAt })

/** Prometheus' own samples from `startsAt` to `last`, going on. */
const samples = (startsAt: number, last: number, startKnown = true): Observation => ({
  ...alert,
  startsAt,
  evidence: { lastFiringAt: last, startKnown, spans: [{ first: startsAt, last }], interval },
})

/** Two spans of samples that are taken for one firing period, because Prometheus was away in between; still firing. */
const overRestart = (...[before, after]: [[number, number], [number, number]]): Observation => ({
  ...samples(before[0], after[1]),
  evidence: {
    lastFiringAt: after[1],
    startKnown: true,
    spans: [before, after].map(([first, last]) => ({ first, last })),
    interval,
  },
})

/** The same, with no sample at the evaluation after `last`. */
const samplesThatEnd = (startsAt: number, last: number, startKnown = true): Observation => ({
  ...samples(startsAt, last, startKnown),
  endsAt: last + interval,
})

function historyOf(observations: readonly Observation[]): { episodes: Episode[]; kinds: string[] } {
  let episodes: Episode[] = []
  const kinds: string[] = []
  for (const observation of observations) {
    for (const { before, after, transition } of advance(episodes, observation)) {
      episodes = [...episodes.filter((episode) => episode !== before), after]
      episodes.sort((a, b) => a.startsAt - b.startsAt)
      if (transition !== undefined) kinds.push(transition.kind)
    }
  }
  return { episodes, kinds }
}

const spansOf = (episodes: readonly Episode[]) =>
  episodes.map(({ startsAt, endsAt, closedHow }) =>
    endsAt === undefined ? `${startsAt}..` : `${startsAt}..${endsAt} ${closedHow}`,
  )

describe.each<[name: string, observations: Observation[], spans: string[], kinds: string[]]>([
  ['a notification opens an episode', [firing(10)], ['10..'], ['opened']],
  ['a repeated notification changes nothing', [firing(10), firing(10)], ['10..'], ['opened']],
  ['its end closes it', [firing(10), resolved(10, 20)], ['10..20 resolved'], ['opened', 'closed']],
  [
    'a second Alertmanager sends the same, later',
    [firing(10), resolved(10, 20), firing(10), resolved(10, 20)],
    ['10..20 resolved'],
    ['opened', 'closed'],
  ],
  ['an end without a beginning is an episode', [resolved(10, 20)], ['10..20 resolved'], ['opened']],
  [
    'an end is final for its start: a late "firing" does not open it again',
    [resolved(10, 20), firing(10)],
    ['10..20 resolved'],
    ['opened'],
  ],
  [
    'a new start after an end is a new episode',
    [firing(10), resolved(10, 20), firing(30)],
    ['10..20 resolved', '30..'],
    ['opened', 'closed', 'opened'],
  ],
  [
    'the end of an older episode leaves the newer one open',
    [firing(30), resolved(10, 20)],
    ['10..20 resolved', '30..'],
    ['opened', 'opened'],
  ],
  [
    'an earlier start of what overlaps is the same episode',
    [firing(30), firing(10), resolved(10, 40)],
    ['10..40 resolved'],
    ['opened', 'changed', 'closed'],
  ],
  [
    'a later start while it is open belongs to it: Alertmanager was restarted',
    [firing(10), firing(30), resolved(30, 40)],
    ['10..40 resolved'],
    ['opened', 'closed'],
  ],
  ['samples alone are an episode', [samples(10, 12)], ['10..'], ['opened']],
  [
    'a short alert that no notification reported has begun and ended',
    [samplesThatEnd(10, 12)],
    ['10..13 reconciled'],
    ['opened'],
  ],
  [
    'samples and notification are one episode',
    [firing(10), samples(10, 12), resolved(10, 13), samplesThatEnd(10, 12)],
    ['10..13 resolved'],
    ['opened', 'closed'],
  ],
  [
    'samples end what no notification ended',
    [firing(10), samplesThatEnd(10, 12)],
    ['10..13 reconciled'],
    ['opened', 'closed'],
  ],
  [
    'samples show two episodes where a notification was joined to the first',
    [firing(10), firing(30), samplesThatEnd(10, 12), samples(30, 32)],
    ['10..13 reconciled', '30..'],
    ['opened', 'closed', 'opened'],
  ],
  [
    'a late notification that it fires, from before an episode that is over, opens none beside it',
    [samplesThatEnd(30, 32, false), firing(25), resolved(25, 34)],
    ['30..33 reconciled'],
    ['opened'],
  ],
  [
    'samples show two episodes where one end was notified for both',
    [firing(10), resolved(10, 40), samplesThatEnd(10, 12), samplesThatEnd(30, 39)],
    ['10..13 superseded', '30..40 reconciled'],
    ['opened', 'closed', 'closed', 'opened'],
  ],
  [
    'samples after a notified end take it back',
    [firing(10), resolved(10, 14), samples(10, 20)],
    ['10..'],
    ['opened', 'closed', 'reopened'],
  ],
  [
    'a notified end is ignored if there are samples after it',
    [firing(10), samples(10, 20), resolved(10, 14)],
    ['10..'],
    ['opened'],
  ],
  [
    'an end notified too early is corrected when the samples have ended too',
    [firing(10), resolved(10, 14), samplesThatEnd(10, 20)],
    ['10..21 reconciled'],
    ['opened', 'closed', 'closed'],
  ],
  [
    'a notification does not move a start that samples have shown',
    [samples(10, 12), firing(5)],
    ['10..'],
    ['opened'],
  ],
  [
    'samples that go on from before the window belong to the open episode',
    [firing(10), samples(15, 20, false)],
    ['10..'],
    ['opened'],
  ],
  [
    'samples with a known start supersede an episode that was never ended',
    [firing(10), samples(10, 12), samples(50, 52)],
    ['10..13 superseded', '50..'],
    ['opened', 'closed', 'opened'],
  ],
  [
    'samples of an earlier time do not change the open episode',
    [firing(50), samplesThatEnd(10, 12)],
    ['10..13 reconciled', '50..'],
    ['opened', 'opened'],
  ],
  [
    'a start never moves into the episode before',
    [firing(10), resolved(10, 20), firing(30), samples(15, 31)],
    ['10..', '30..30 superseded'],
    ['opened', 'closed', 'opened', 'closed', 'reopened'],
  ],
  [
    'a breach with a notified end and a new start is one episode if samples continue over that end',
    [firing(10), resolved(10, 20), firing(30), resolved(30, 40), samplesThatEnd(8, 42, false)],
    ['10..43 reconciled', '30..30 superseded'],
    ['opened', 'closed', 'opened', 'closed', 'closed', 'closed'],
  ],
  [
    'a breach with two such ends is one episode',
    [firing(10), resolved(10, 15), firing(20), resolved(20, 25), firing(30), samples(8, 31, false)],
    ['10..', '20..20 superseded', '30..30 superseded'],
    ['opened', 'closed', 'opened', 'closed', 'opened', 'closed', 'closed', 'reopened'],
  ],
  [
    'it stays one episode when the same notifications come again, and ends once',
    [firing(10), resolved(10, 20), firing(30), samples(12, 31), firing(30), resolved(30, 40)],
    ['10..40 resolved', '30..30 superseded'],
    ['opened', 'closed', 'opened', 'closed', 'reopened', 'closed'],
  ],
  [
    'a notified end while Prometheus was away is kept',
    [firing(10), resolved(10, 20), firing(30), overRestart([10, 19], [30, 33])],
    ['10..20 resolved', '30..'],
    ['opened', 'closed', 'opened'],
  ],
  [
    'a notified end before Prometheus was away is not kept if samples continue after it',
    [firing(10), resolved(10, 20), firing(30), overRestart([10, 24], [30, 33])],
    ['10..', '30..30 superseded'],
    ['opened', 'closed', 'opened', 'closed', 'reopened'],
  ],
])('%s', (_, observations, spans, kinds) => {
  test('in the order given', () => {
    const history = historyOf(observations)
    expect(spansOf(history.episodes)).toEqual(spans)
    expect(history.kinds).toEqual(kinds)
  })

  test('and nothing changes if the last one comes again', () => {
    const once = historyOf(observations)
    const last = observations.at(-1) as Observation
    expect(spansOf(historyOf([...observations, last]).episodes)).toEqual(spansOf(once.episodes))
  })
})

test('no observations give an alert two open episodes, or two with the same start', () => {
  const observation = fc
    .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 10 }), fc.nat(3), fc.boolean())
    .map(([startsAt, length, kind, startKnown]) =>
      kind === 0
        ? firing(startsAt)
        : kind === 1
          ? resolved(startsAt, startsAt + length)
          : kind === 2
            ? samples(startsAt, startsAt + length, startKnown)
            : samplesThatEnd(startsAt, startsAt + length, startKnown),
    )
  fc.assert(
    fc.property(fc.array(observation, { maxLength: 12 }), (observations) => {
      const { episodes } = historyOf(observations)
      expect(episodes.filter(({ endsAt }) => endsAt === undefined).length).toBeLessThanOrEqual(1)
      expect(new Set(episodes.map(({ startsAt }) => startsAt)).size).toBe(episodes.length)
      for (const { startsAt, endsAt } of episodes) {
        if (endsAt !== undefined) expect(endsAt).toBeGreaterThanOrEqual(startsAt)
      }
    }),
    { numRuns: 5_000 },
  )
})

test('the peak is the worst value in the direction of the KPI, and the first value stays', () => {
  const seen = (value: number): Observation => ({ ...firing(10), value, direction: 'higher_is_better' })
  const [episode] = historyOf([seen(0.6), seen(0.4), seen(0.5)]).episodes
  expect(episode).toMatchObject({ value: 0.6, peakValue: 0.4 })
})

test('the newest value is that of the newest evaluation, never of a notification', () => {
  const at = (last: number, value: number): Observation => ({ ...samples(10, last), value })
  const newest = (...observations: Observation[]) => historyOf(observations).episodes[0]?.newestValue
  expect(newest({ ...firing(10), value: 0.6 })).toBeUndefined()
  expect(newest({ ...firing(10), value: 0.6 }, at(12, 0.5), at(14, 0.55))).toBe(0.55)
  expect(newest(at(14, 0.55), at(12, 0.5), { ...firing(10), value: 0.6 })).toBe(0.55)
  // The end of the first was wrong, so the second is joined to it: its worst value is none of now.
  const ill: Observation = { ...firing(30), value: 0.3, direction: 'higher_is_better' }
  expect(newest(at(19, 0.5), resolved(10, 25), ill, samplesThatEnd(10, 35))).toBe(0.5)
})

test('texts of a notification replace a generated summary, and a generated one never replaces them', () => {
  const bare: Observation = { ...samples(10, 12), annotations: {}, fallbackSummary: 'F1 score critical' }
  expect(historyOf([bare]).episodes[0]?.annotations.summary).toBe('F1 score critical')
  expect(historyOf([bare, firing(10), bare]).episodes[0]?.annotations.summary).toBe('F1 is low')
})

describe('the value that an alert began with, and the worst', () => {
  const of = (observation: Observation) => {
    const [episode] = historyOf([observation]).episodes
    return [episode?.value, episode?.peakValue]
  }
  const lower = { value: 0.7, direction: 'higher_is_better' } as const

  test.each<[string, Observation, (number | undefined)[]]>([
    ['are those of the first evaluations', { ...samples(10, 11), ...lower }, [0.7, 0.7]],
    ['are those of a notification that it fires', { ...firing(10), ...lower }, [0.7, 0.7]],
    ['are not those of a later one', { ...samples(10, 90_000), ...lower }, [undefined, 0.7]],
    ['are not those of a notification that it ended', { ...resolved(10, 20), ...lower }, [undefined, 0.7]],
    [
      'are what Prometheus has kept',
      { ...samples(10, 90_000), ...lower, kept: { atStart: 0.75, worst: 0.4 } },
      [0.75, 0.4],
    ],
    [
      'are what Prometheus has kept of one that is over',
      { ...samplesThatEnd(10, 20), kept: { atStart: 0.75, worst: 0.4 }, direction: 'higher_is_better' },
      [0.75, 0.4],
    ],
  ])('%s', (_, observation, expected) => {
    expect(of(observation)).toEqual(expected)
  })
})
