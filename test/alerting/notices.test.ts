import { describe, expect, test } from '@jest/globals'
import { type Notice, type Notices, noticesOf } from './notices.js'
import { shortPace } from './pace.js'
import { streams } from './story.js'

const named = (role: string) => {
  const stream = streams(shortPace).find(({ model }) => model === `f1_score 1,000 a second ${role}`)
  if (stream === undefined) throw new Error('no such stream')
  return stream
}
const breaching = named('breaching')
const notice = (severity: string, status: Notice['status'], from = 12): Notice => ({
  model: breaching.model,
  severity,
  status,
  from,
})
const worst = [notice('critical', 'firing'), notice('critical', 'resolved')]

describe('what was notified of a breach', () => {
  test.each<[string, Notice[], Partial<Notices>]>([
    ['is right with one of each', worst, { told: 1, ended: 1, untold: 0, repeated: 0 }],
    ['lacks what never came', [], { untold: 2, repeated: 0 }],
    ['lacks the end', worst.slice(0, 1), { untold: 1 }],
    ['lacks the beginning', worst.slice(1), { untold: 1 }],
    [
      'may have a milder level before the worst',
      [...worst, notice('error', 'firing'), notice('error', 'resolved')],
      { told: 2, untold: 0, repeated: 0 },
    ],
    [
      'lacks the end of a milder level that was told of',
      [...worst, notice('error', 'firing')],
      { untold: 1 },
    ],
    ['repeats what came twice', [...worst, ...worst], { untold: 0, repeated: 2 }],
    [
      'repeats what came of nothing seeded',
      [...worst, notice('critical', 'firing', 2)],
      { untold: 0, repeated: 1 },
    ],
    ['repeats what is of no level that was seeded', [...worst, notice('info', 'firing')], { repeated: 1 }],
  ])('%s', (_, notices, expected) => {
    expect(noticesOf(breaching, notices, 15)).toMatchObject(expected)
  })

  test('is nothing where a stream is healthy', () => {
    expect(noticesOf(named('healthy'), worst, 15)).toEqual({ told: 0, ended: 0, untold: 0, repeated: 0 })
  })
})
