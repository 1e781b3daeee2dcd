import { expect, test } from '@jest/globals'
import { countAttempts } from '../../src/http/attempts.js'

test('the eleventh wrong key of a minute waits, and those of others and of the next minute do not', () => {
  let now = 0
  const attempts = countAttempts(() => now)
  const delays = Array.from({ length: 12 }, () => attempts.refused('192.0.2.7', true).delayMs)
  expect(delays).toEqual([...Array.from({ length: 10 }, () => 0), 500, 500])
  expect(attempts.refused('192.0.2.8', true).delayMs).toBe(0)
  now = 60_000
  expect(attempts.refused('192.0.2.7', true).delayMs).toBe(0)
})

test('a request without a key never waits', () => {
  const attempts = countAttempts()
  const delays = Array.from({ length: 100 }, () => attempts.refused('192.0.2.7', false).delayMs)
  expect(Math.max(...delays)).toBe(0)
})

test('ten refusals of a minute are logged, and the next line says how many were not', () => {
  let now = 0
  const attempts = countAttempts(() => now)
  const logged = Array.from({ length: 30 }, () => attempts.refused('192.0.2.7', false).isLogged)
  expect(logged.filter(Boolean)).toHaveLength(10)
  now = 60_000
  expect(attempts.refused('192.0.2.7', false)).toMatchObject({ isLogged: true, unlogged: 20 })
  expect(attempts.refused('192.0.2.7', false)).toMatchObject({ isLogged: true, unlogged: 0 })
})

test('a million senders take no more memory than a thousand', () => {
  const attempts = countAttempts(() => 0)
  for (let n = 0; n < 12; n++) attempts.refused('first', true)
  for (let n = 0; n < 1_000; n++) attempts.refused(`sender ${n}`, true)
  expect(attempts.refused('first', true).delayMs).toBe(0)
})
