import { describe, expect, test } from '@jest/globals'
import { type Evidence, evidenceSince, type Sample } from '../../src/notifications/evidence.js'
import type { NotificationCount } from '../../src/prometheus/alertmanager-counts.js'

const way = { receiver: 'oncall', integration: 'email' }

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
