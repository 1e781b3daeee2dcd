import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { changeThreshold, endure, manyOverrides } from './hostile.js'
import { type Listeners, startListeners } from './listeners.js'
import { flood, starve } from './starving.js'

// The short form of what `npm run test:security` does. Times are wider here: other tests may run on the machine.
jest.setTimeout(180_000)

let listeners: Listeners

beforeAll(async () => {
  listeners = await startListeners()
})

afterAll(() => listeners?.stop())

test('connections that are only held keep no notification, no scrape and no request waiting', async () => {
  const held = { idle: 2_000, slow: 200, streams: 300, guesses: 50, seconds: 8 }
  const { notifications, health, scrapes } = await starve(listeners, held)
  expect(notifications).toHaveLength(80)
  for (const times of [notifications, health, scrapes]) expect(Math.max(...times)).toBeLessThan(2_000)
})

test('a thousand new connections a second delay no notification and fill no log', async () => {
  const { notifications, health, opened, logBytes } = await flood(listeners, { perSecond: 1_000, seconds: 5 })
  expect(opened).toBeGreaterThan(1_500)
  for (const times of [notifications, health]) expect(Math.max(...times)).toBeLessThan(3_000)
  expect(logBytes).toBeLessThan(20_000)
})

test('a change of 3000 overrides is refused while the recorder answers others', async () => {
  const { result, slowestHealth } = await manyOverrides(listeners, 3_000)
  expect(result).toBe(413)
  expect(slowestHealth).toBeLessThan(500)
})

test('changes that are allowed are made while the recorder answers others', async () => {
  for (const nth of [1, 2, 3]) {
    const { result, slowestHealth } = await changeThreshold(listeners, nth)
    expect(result).toBe(200)
    expect(slowestHealth).toBeLessThan(500)
  }
})

test('hostile requests to all listeners break nothing, store nothing and delay no answer', async () => {
  const { answers, isSame, rows, slowestHealth } = await endure(listeners, 3_000, Date.now())
  expect({ isSame, failed: answers[500], late: answers.late }).toEqual({ isSame: true })
  expect(Object.entries(rows).filter(([, found]) => found !== 0)).toEqual([])
  expect(Object.values(answers).reduce((sum, count) => sum + count, 0)).toBe(3_000)
  expect(slowestHealth).toBeLessThan(1_000)
})
