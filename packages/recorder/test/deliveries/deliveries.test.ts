import { expect, jest, test } from '@jest/globals'
import { storeObservations } from '../../src/alerts/store.js'
import { showQueueDepth } from '../../src/deliveries/loop.js'
import { claim, type Delivery, giveBack } from '../../src/deliveries/queue.js'
import { type AlertEvent, type AlertHandler, replayDeliveries } from '../../src/index.js'
import { createMetrics } from '../../src/metrics.js'
import { waitFor } from '../plumbing/wait-for.js'
import { episode, testDeliveries } from './test-deliveries.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const deliveries = testDeliveries()

/** A handler that keeps the events it got. */
function remembering(name: string, before: (event: AlertEvent) => void = () => {}) {
  const told: string[] = []
  const handler: AlertHandler = {
    name,
    handle(event) {
      before(event)
      told.push(`${event.episode.message} ${event.kind}`)
    },
  }
  return { handler, told }
}

test('each event reaches each handler, of one episode in order', async () => {
  const [a, b] = [remembering('a'), remembering('b')]
  await storeObservations({ pool: deliveries.pool, handlers: ['a', 'b'] }, [
    ...episode('one'),
    ...episode('two'),
  ])
  deliveries.start(a.handler)
  deliveries.start(b.handler)
  await waitFor(async () => (await deliveries.left('a')) + (await deliveries.left('b')) === 0)
  for (const { told } of [a, b]) {
    expect(told.toSorted()).toEqual(['one closed', 'one opened', 'two closed', 'two opened'])
    expect(told.indexOf('one opened')).toBeLessThan(told.indexOf('one closed'))
  }
})

test('a handler that throws is tried again; only its episode waits', async () => {
  let thrown = 0
  const flaky = remembering('flaky', ({ episode: { message } }) => {
    if (message !== 'bad' || flaky.told.includes('good closed')) return
    thrown++
    throw new Error('not now')
  })
  const steady = remembering('steady')
  await storeObservations({ pool: deliveries.pool, handlers: ['flaky', 'steady'] }, [
    ...episode('bad'),
    ...episode('good'),
  ])
  const metrics = createMetrics()
  deliveries.start(flaky.handler, metrics)
  deliveries.start(steady.handler)
  await waitFor(async () => (await deliveries.left('steady')) === 0)
  await waitFor(async () => (await deliveries.left('flaky')) === 0)
  expect(flaky.told.slice(0, 2)).toEqual(['good opened', 'good closed'])
  expect(flaky.told.slice(2)).toEqual(['bad opened', 'bad closed'])
  const failures = await metrics.deliveryFailures.get()
  expect(failures.values).toEqual([expect.objectContaining({ labels: { handler: 'flaky' }, value: thrown })])
  expect(thrown).toBeGreaterThan(0)
})

test('a handler that never ends is stopped waiting for, and delays no other', async () => {
  const steady = remembering('steady')
  await storeObservations({ pool: deliveries.pool, handlers: ['stuck', 'steady'] }, episode('one'))
  deliveries.start({ name: 'stuck', timeoutMs: 50, handle: () => new Promise(() => {}) })
  deliveries.start(steady.handler)
  await waitFor(async () => (await deliveries.left('steady')) === 0)
  const { rows } = await waitFor(async () => {
    const found = await deliveries.pool.query(
      "SELECT last_error FROM deliveries WHERE handler = 'stuck' AND last_error IS NOT NULL",
    )
    return found.rows.length > 0 && found
  })
  expect(rows[0].last_error).toBe('took longer than 50 ms')
})

test('an episode whose event hangs delays no other episode of its handler', async () => {
  const told: string[] = []
  let letGo = () => {}
  const hanging = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const names = Array.from({ length: 20 }, (_, i) => `other ${i}`)
  await storeObservations(
    { pool: deliveries.pool, handlers: ['a'] },
    ['hangs', ...names].flatMap((name) => episode(name)),
  )
  deliveries.start({
    name: 'a',
    timeoutMs: 60_000,
    async handle({ episode: { message }, kind }) {
      if (message === 'hangs' && kind === 'opened') await hanging
      told.push(`${message} ${kind}`)
    },
  })
  await waitFor(() => told.length === 40)
  expect(told.filter((event) => event.startsWith('hangs'))).toEqual([])
  letGo()
  await waitFor(async () => (await deliveries.left('a')) === 0)
  expect(told.slice(40)).toEqual(['hangs opened', 'hangs closed'])
})

test('a recorder that stops leaves a handler that hangs some seconds, and its event for the next recorder', async () => {
  await storeObservations({ pool: deliveries.pool, handlers: ['a'] }, episode('one', false))
  let call = () => {}
  const called = new Promise<void>((resolve) => {
    call = resolve
  })
  deliveries.start({
    name: 'a',
    timeoutMs: 60_000,
    handle() {
      call()
      return new Promise(() => {})
    },
  })
  await called
  await deliveries.stopAll()
  const { rows } = await deliveries.pool.query('SELECT attempts, last_error FROM deliveries')
  expect(rows).toEqual([{ attempts: 1, last_error: 'the recorder stopped' }])
})

test('after the last attempt a delivery is put aside, the next one of its episode goes on, and a replay brings it back', async () => {
  let isBroken = true
  const { handler, told } = remembering('picky', ({ kind }) => {
    if (isBroken && kind === 'opened') throw new Error('no')
  })
  await storeObservations({ pool: deliveries.pool, handlers: ['picky'] }, episode('one'))
  await deliveries.pool.query('UPDATE deliveries SET attempts = 15')
  deliveries.start(handler)
  await waitFor(() => told.length === 1)
  expect(told).toEqual(['one closed'])
  const dead = await deliveries.pool.query('SELECT last_error FROM deliveries WHERE dead_at IS NOT NULL')
  expect(dead.rows).toEqual([{ last_error: 'no' }])
  const letters = await deliveries.pool.query(
    'SELECT handler, attempts, last_error, kind, level, message FROM dead_letters',
  )
  expect(letters.rows).toEqual([
    { handler: 'picky', attempts: 16, last_error: 'no', kind: 'opened', level: 'critical', message: 'one' },
  ])
  isBroken = false
  const metrics = createMetrics()
  await showQueueDepth(deliveries.pool, metrics, ['picky', 'idle'])
  const shown = (await metrics.deliveries.get()).values.map(({ labels, value }) => [
    ...Object.values(labels),
    value,
  ])
  expect(shown).toEqual([
    ['picky', 'waiting', 0],
    ['picky', 'given_up', 1],
    ['idle', 'waiting', 0],
    ['idle', 'given_up', 0],
  ])
  expect(await replayDeliveries(deliveries.pool, 'picky')).toBe(1)
  await waitFor(() => told.length === 2)
  expect(told).toEqual(['one closed', 'one opened'])
})

test('what a dead recorder had taken is delivered by another one', async () => {
  const { handler, told } = remembering('a')
  await storeObservations({ pool: deliveries.pool, handlers: ['a'] }, episode('one', false))
  expect(await claim(deliveries.pool, 'a', { most: 10, leaseMs: 600_000 })).toHaveLength(1)
  expect(await claim(deliveries.pool, 'a', { most: 10, leaseMs: 600_000 })).toEqual([])
  await deliveries.pool.query("UPDATE deliveries SET next_attempt_at = next_attempt_at - interval '600 s'")
  deliveries.start(handler)
  await waitFor(() => told.length === 1)
  expect(told).toEqual(['one opened'])
})

test('who comes back after another recorder has taken its delivery changes nothing about it', async () => {
  await storeObservations({ pool: deliveries.pool, handlers: ['a'] }, episode('one', false))
  const [late] = await claim(deliveries.pool, 'a', { most: 1, leaseMs: 0 })
  const [own] = await claim(deliveries.pool, 'a', { most: 1, leaseMs: 60_000 })
  expect(await giveBack(deliveries.pool, late as Delivery, 'too late')).toBe(false)
  const isTaken = "next_attempt_at > now() + interval '30 seconds' AND last_error IS NULL"
  const { rows: taken } = await deliveries.pool.query(`SELECT ${isTaken} AS taken FROM deliveries`)
  expect(taken).toEqual([{ taken: true }])
  expect(await giveBack(deliveries.pool, own as Delivery, 'in time')).toBe(false)
  const { rows } = await deliveries.pool.query('SELECT last_error FROM deliveries')
  expect(rows).toEqual([{ last_error: 'in time' }])
})

test.each([
  ['text that Postgres does not take', new Error('answered \0\ud800'), 'answered \uFFFD\uFFFD'],
  ['what is no error and has no text', Object.create(null), '[Object: null prototype] {}'],
])('a handler that throws %s is tried again like any other', async (_, thrown, reason) => {
  await storeObservations({ pool: deliveries.pool, handlers: ['odd'] }, episode('one', false))
  deliveries.start({
    name: 'odd',
    handle() {
      throw thrown
    },
  })
  await waitFor(async () => {
    const { rows } = await deliveries.pool.query('SELECT last_error FROM deliveries')
    return rows[0].last_error === reason
  })
})
