import { afterEach, expect, jest, test } from '@jest/globals'
import { outbox, outboxBounds, type QueuedRecord } from '../../src/recorder/outbox.js'
import type { SendOutcome } from '../../src/recorder/send-logs.js'

afterEach(() => {
  jest.useRealTimers()
})

const stored: SendOutcome = { kind: 'stored', rejected: 0, reason: '' }
const record = (json: string, { breach = false, bytes = json.length } = {}): QueuedRecord => ({
  json,
  bytes,
  breach,
})

/** An outbox with a given receiver, and the records that were sent and dropped. */
function observed(answer: (records: readonly string[]) => SendOutcome, options = {}) {
  const sent: string[][] = []
  const drops: [number, string][] = []
  const box = outbox({
    async send(records) {
      const outcome = answer(records)
      if (outcome.kind === 'stored') sent.push([...records])
      return outcome
    },
    dropped: (...drop) => drops.push(drop),
    stopMilliseconds: 5_000,
    ...options,
  })
  return { box, sent, dropped: () => drops.reduce((sum, [count]) => sum + count, 0), drops }
}

test('an outbox holds no more records than its limit, and keeps the newest', async () => {
  const { box, sent, dropped } = observed(() => stored)
  for (let i = 0; i < outboxBounds.records + 100; i++) box.add(record(String(i)))
  expect(dropped()).toBe(100)
  await box.stop()
  expect(sent.flat()).toHaveLength(outboxBounds.records)
  expect(sent.flat().at(-1)).toBe(String(outboxBounds.records + 99))
  expect(dropped()).toBe(100)
})

test('a flush sends all that waits, ends at the first failure, and never waits for a receiver that hangs', async () => {
  let answer: SendOutcome = stored
  const { box, sent } = observed(() => answer)
  for (let i = 0; i < 1_000; i++) box.add(record(String(i)))
  await Promise.all([box.flush(), box.flush()])
  expect(sent.flat()).toHaveLength(1_000)
  answer = { kind: 'unavailable' }
  box.add(record('later'))
  await box.flush()
  answer = stored
  await box.flush()
  expect(sent.flat().at(-1)).toBe('later')
  await box.stop()
  await box.flush()

  const hanging = outbox({
    send: (_, signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve({ kind: 'unavailable' }))),
    dropped: () => {},
    flushMilliseconds: 20,
    stopMilliseconds: 20,
  })
  hanging.add(record('x'))
  await hanging.flush()
  await hanging.stop()
})

test('an outbox holds no more bytes than its limit, and requests have a limit too', async () => {
  const { box, sent, dropped } = observed(() => stored)
  const bytes = 64 * 1_024
  for (let i = 0; i < 300; i++) box.add(record(String(i), { bytes }))
  expect(dropped()).toBe(300 - outboxBounds.bytes / bytes)
  await box.stop()
  expect(sent).toHaveLength(outboxBounds.bytes / bytes / 8)
  expect(sent.flat().at(-1)).toBe('299')
})

test('two records that are too large together are sent one by one', async () => {
  const { box, sent, dropped } = observed((records) => (records.length > 1 ? { kind: 'too_large' } : stored))
  box.add(record('a'))
  box.add(record('b'))
  await box.stop()
  expect(sent).toEqual([['a'], ['b']])
  expect(dropped()).toBe(0)
})

test('a record that is too large alone is dropped, and the next one is sent', async () => {
  const { box, sent, dropped } = observed((records) =>
    records.includes('a') ? { kind: 'too_large' } : stored,
  )
  box.add(record('a'))
  box.add(record('b'))
  await box.stop()
  expect(sent).toEqual([['b']])
  expect(dropped()).toBe(1)
})

test('a full outbox drops samples before breaches, the oldest first', async () => {
  const { box, sent, dropped } = observed(() => stored, { bounds: { records: 4, bytes: 1_000 } })
  for (let i = 0; i < 3; i++) box.add(record(`breach ${i}`, { breach: true }))
  for (let i = 0; i < 5; i++) box.add(record(`sample ${i}`))
  expect(dropped()).toBe(4)
  for (let i = 3; i < 6; i++) box.add(record(`breach ${i}`, { breach: true }))
  box.add(record('sample 5'))
  await box.stop()
  expect(sent).toEqual([['breach 2', 'breach 3', 'breach 4', 'breach 5']])
})

test('records that could not be sent wait, within the limits', async () => {
  let answers = 0
  const { box, sent, dropped } = observed(() => (answers++ === 0 ? { kind: 'unavailable' } : stored), {
    bounds: { records: 2, bytes: 1_000 },
    batchDelayMilliseconds: 1,
  })
  box.add(record('a'))
  box.add(record('b', { breach: true }))
  while (answers === 0) await new Promise((resolve) => setImmediate(resolve))
  box.add(record('c'))
  await box.stop()
  expect(sent).toEqual([['b', 'c']])
  expect(dropped()).toBe(1)
})

test('an outbox waits for the Retry-After of a receiver, up to some minutes', async () => {
  jest.useFakeTimers()
  for (const [asked, given] of [
    [60_000, 60_000],
    [86_400_000, 300_000],
  ] as const) {
    let answers = 0
    const { box } = observed(() => (answers++ === 0 ? { kind: 'unavailable', retryAfter: asked } : stored))
    box.add(record('a'))
    await jest.advanceTimersByTimeAsync(1_000)
    await jest.advanceTimersByTimeAsync(given - 1)
    expect(answers).toBe(1)
    await jest.advanceTimersByTimeAsync(1)
    expect(answers).toBe(2)
  }
})

test('an outbox that ends retries until its time limit', async () => {
  let answers = 0
  const { box, sent, dropped } = observed(() => (answers++ < 3 ? { kind: 'unavailable' } : stored))
  box.add(record('a'))
  await box.stop()
  expect(sent).toEqual([['a']])
  expect(dropped()).toBe(0)
})

test('an outbox that ends drops its records at its time limit, and says so', async () => {
  const { box, drops } = observed(() => ({ kind: 'unavailable' }), { stopMilliseconds: 50 })
  box.add(record('a'))
  box.add(record('b'))
  await box.stop()
  expect(drops).toEqual([[2, expect.stringContaining('ended')]])
})
