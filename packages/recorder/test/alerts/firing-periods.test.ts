import { expect, test } from '@jest/globals'
import {
  type EvaluationContext,
  type FiringPeriod,
  firingPeriods,
  firstAfter,
  joinPeriods,
} from '../../src/alerts/firing-periods.js'

const context: EvaluationContext = {
  from: 0,
  interval: 10,
  evaluatedUntil: 1_000,
  isActive: false,
  restart: undefined,
}

test.each<[name: string, times: number[], context: Partial<EvaluationContext>, periods: string[]]>([
  ['nothing is no run', [], {}, []],
  [
    'consecutive evaluations are one period, which ends with the next evaluation without the alert',
    [100, 110, 120],
    {},
    ['100-120 ends 130'],
  ],
  ['a run goes on until the next evaluation', [100, 110], { evaluatedUntil: 112 }, ['100-110 goes on']],
  ['a late evaluation is not a missing one', [100, 114, 120], {}, ['100-120 ends 130']],
  ['a missing evaluation ends a run', [100, 110, 130], {}, ['100-110 ends 120', '130-130 ends 140']],
  ['a run at the edge may have begun before', [10, 20], {}, ['?10-20 ends 30']],
  [
    'a period continues over the gap of a restart of Prometheus',
    [100, 110, 195, 205],
    { restart: { startedAt: 190, resumedAt: 190, stoppedAt: undefined } },
    ['100-205 ends 215'],
  ],
  [
    'a period does not continue over a restart if the alert fired only later',
    [100, 300],
    { restart: { startedAt: 190, resumedAt: 190, stoppedAt: undefined } },
    ['100-100 ends 110', '300-300 ends 310'],
  ],
  [
    'a period continues over a restart if its fourth evaluation is late',
    [100, 110, 235],
    { restart: { startedAt: 190, resumedAt: 195, stoppedAt: undefined } },
    ['100-235 ends 245'],
  ],
  [
    'a period does not continue over a restart if the fifth is the first to fire',
    [100, 110, 236],
    { restart: { startedAt: 190, resumedAt: 195, stoppedAt: undefined } },
    ['100-110 ends 120', '236-236 ends 246'],
  ],
  [
    'a period continues over a restart if the alert fired at the last evaluation before it',
    [100, 110, 195, 205],
    { restart: { startedAt: 190, resumedAt: 190, stoppedAt: 119 } },
    ['100-205 ends 215'],
  ],
  [
    'a period does not continue over a restart if Prometheus evaluated without the alert before it',
    [100, 110, 195, 205],
    { restart: { startedAt: 190, resumedAt: 190, stoppedAt: 150 } },
    ['100-110 ends 120', '195-205 ends 215'],
  ],
  [
    'a restart at another time does not join two periods',
    [100, 150],
    { restart: { startedAt: 160, resumedAt: 160, stoppedAt: undefined } },
    ['100-100 ends 110', '150-150 ends 160'],
  ],
  [
    'an active alert still fires, although its samples have stopped',
    [100, 110],
    { isActive: true },
    ['100-110 goes on'],
  ],
  [
    'an alert that begins soon after a restart may have begun before it',
    [200, 210],
    { restart: { startedAt: 190, resumedAt: 195, stoppedAt: undefined } },
    ['?200-210 ends 220'],
  ],
  [
    'unless Prometheus evaluated without it before the restart',
    [200, 210],
    { restart: { startedAt: 190, resumedAt: 195, stoppedAt: 150 } },
    ['200-210 ends 220'],
  ],
  [
    'and its last evaluations lie within the queried time',
    [200, 210],
    { from: 140, restart: { startedAt: 190, resumedAt: 195, stoppedAt: 150 } },
    ['?200-210 ends 220'],
  ],
])('%s', (_, times, given, expected) => {
  const periods = firingPeriods(times, { ...context, ...given })
  expect(
    periods.map(
      ({ first, last, startKnown, endsAt }) =>
        `${startKnown ? '' : '?'}${first}-${last} ${endsAt === undefined ? 'goes on' : `ends ${endsAt}`}`,
    ),
  ).toEqual(expected)
})

test('the first scrape after a start is found among those of any number of targets', () => {
  const targets = Array.from({ length: 20_000 }, (_, target) => ({
    samples: Array.from({ length: 10 }, (_, i) => ({ at: 1_000 * i + (target % 7), value: 1 })),
  }))
  expect(firstAfter(targets, 2_003)).toBe(2_004)
  expect(firstAfter(targets, 9_006)).toBeUndefined()
  expect(firstAfter([], 0)).toBeUndefined()
})

const period = (first: number, last: number, endsAt?: number, startKnown = true): FiringPeriod => ({
  ...{ first, last, spans: [{ first, last }], startKnown, endsAt },
})

test.each<[string, FiringPeriod[], string[]]>([
  ['nothing', [], []],
  ['one replica', [period(100, 120, 130)], ['100-120 ends 130']],
  ['both all the time', [period(100, 120, 130), period(102, 122, 132)], ['100-122 ends 132']],
  ['one stops, the other goes on', [period(100, 120, 130), period(102, 150)], ['100-150 fires']],
  ['one goes on, the other begins later', [period(100, 150), period(130, 150)], ['100-150 fires']],
  ['one takes over from the other', [period(100, 120, 130), period(132, 150, 160)], ['100-150 ends 160']],
  [
    'two breaches, each seen by one',
    [period(100, 120, 130), period(140, 150, 160)],
    ['100-120 ends 130', '140-150 ends 160'],
  ],
  [
    'two breaches, both seen by both',
    [period(100, 120, 130), period(140, 150), period(102, 118, 128), period(141, 149)],
    ['100-120 ends 130', '140-150 fires'],
  ],
  [
    'the start is known as of the first one',
    [period(100, 120, 130, false), period(102, 120, 130)],
    ['?100-120 ends 130'],
  ],
])('of two replicas: %s', (_, periods, expected) => {
  const shown = joinPeriods(periods, 10).map(
    ({ first, last, endsAt, startKnown }) =>
      `${startKnown ? '' : '?'}${first}-${last} ${endsAt === undefined ? 'fires' : `ends ${endsAt}`}`,
  )
  expect(shown).toEqual(expected)
})

test('samples of two replicas without a break between them are one span', () => {
  const [joined] = joinPeriods([period(100, 120, 130), period(102, 150)], 10)
  expect(joined?.spans).toEqual([{ first: 100, last: 150 }])
})
