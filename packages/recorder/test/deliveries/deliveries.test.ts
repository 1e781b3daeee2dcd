import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import type pg from 'pg'
import type { Observation } from '../../src/alerts/observation.js'
import { storeObservations } from '../../src/alerts/store.js'
import { showQueueDepth, startDeliveries } from '../../src/deliveries/loop.js'
import { claim, type Delivery, giveBack } from '../../src/deliveries/queue.js'
import {
  type AlertEvent,
  type AlertHandler,
  configuredHandlers,
  createPool,
  fileHandler,
  replayDeliveries,
  startRecorder,
  webhookHandler,
} from '../../src/index.js'
import type { Loop } from '../../src/loop.js'
import { createMetrics } from '../../src/metrics.js'
import { createPrometheusClient } from '../../src/prometheus/client.js'
import type { Work } from '../../src/work.js'
import { startTestPostgres, type TestPostgres } from '../plumbing/postgres.js'
import { silentLogger } from '../plumbing/silent-logger.js'
import { waitFor } from '../plumbing/wait-for.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

let postgres: TestPostgres
let pool: pg.Pool
const loops: Loop[] = []

beforeAll(async () => {
  postgres = await startTestPostgres()
}, 60_000)

afterAll(() => postgres?.stop(), 60_000)

beforeEach(async () => {
  pool = createPool(await postgres.newDatabase())
})

afterEach(async () => {
  await Promise.all(loops.splice(0).map((loop) => loop.stop()))
  await pool.end()
})

function start(handler: AlertHandler, metrics = createMetrics()): void {
  const config = defineConfig()
  const work: Work = {
    pool,
    prometheus: createPrometheusClient({ url: 'http://127.0.0.1:9' }),
    config,
    logger: silentLogger,
    metrics,
    reading: { normaliser: { cluster: 'default', externalLabels: {}, kpis: config.kpis } },
    handlers: [handler.name],
  }
  loops.push(startDeliveries(work, handler))
}

/** An alert that opens and closes: two events for each handler. */
function episode(name: string, ends = true): Observation[] {
  const alert = {
    cluster: 'default',
    fingerprint: name.padStart(16, '0'),
    labels: { alertname: name, severity: 'critical' },
    annotations: { summary: name },
    startsAt: 1_000,
  }
  return ends ? [alert, { ...alert, endsAt: 2_000 }] : [alert]
}

async function left(handler: string): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM deliveries WHERE handler = $1 AND dead_at IS NULL',
    [handler],
  )
  return rows[0]?.n ?? 0
}

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
  await storeObservations({ pool, handlers: ['a', 'b'] }, [...episode('one'), ...episode('two')])
  start(a.handler)
  start(b.handler)
  await waitFor(async () => (await left('a')) + (await left('b')) === 0)
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
  await storeObservations({ pool, handlers: ['flaky', 'steady'] }, [...episode('bad'), ...episode('good')])
  const metrics = createMetrics()
  start(flaky.handler, metrics)
  start(steady.handler)
  await waitFor(async () => (await left('steady')) === 0)
  await waitFor(async () => (await left('flaky')) === 0)
  expect(flaky.told.slice(0, 2)).toEqual(['good opened', 'good closed'])
  expect(flaky.told.slice(2)).toEqual(['bad opened', 'bad closed'])
  const failures = await metrics.deliveryFailures.get()
  expect(failures.values).toEqual([expect.objectContaining({ labels: { handler: 'flaky' }, value: thrown })])
  expect(thrown).toBeGreaterThan(0)
})

test('a handler that never ends is stopped waiting for, and delays no other', async () => {
  const steady = remembering('steady')
  await storeObservations({ pool, handlers: ['stuck', 'steady'] }, episode('one'))
  start({ name: 'stuck', timeoutMs: 50, handle: () => new Promise(() => {}) })
  start(steady.handler)
  await waitFor(async () => (await left('steady')) === 0)
  const { rows } = await waitFor(async () => {
    const found = await pool.query(
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
    { pool, handlers: ['a'] },
    ['hangs', ...names].flatMap((name) => episode(name)),
  )
  start({
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
  await waitFor(async () => (await left('a')) === 0)
  expect(told.slice(40)).toEqual(['hangs opened', 'hangs closed'])
})

test('a recorder that stops leaves a handler that hangs some seconds, and its event for the next recorder', async () => {
  await storeObservations({ pool, handlers: ['a'] }, episode('one', false))
  let call = () => {}
  const called = new Promise<void>((resolve) => {
    call = resolve
  })
  start({
    name: 'a',
    timeoutMs: 60_000,
    handle() {
      call()
      return new Promise(() => {})
    },
  })
  await called
  await Promise.all(loops.splice(0).map((loop) => loop.stop()))
  const { rows } = await pool.query('SELECT attempts, last_error FROM deliveries')
  expect(rows).toEqual([{ attempts: 1, last_error: 'the recorder stopped' }])
})

test('after the last attempt a delivery is put aside, the next one of its episode goes on, and a replay brings it back', async () => {
  let isBroken = true
  const { handler, told } = remembering('picky', ({ kind }) => {
    if (isBroken && kind === 'opened') throw new Error('no')
  })
  await storeObservations({ pool, handlers: ['picky'] }, episode('one'))
  await pool.query('UPDATE deliveries SET attempts = 15')
  start(handler)
  await waitFor(() => told.length === 1)
  expect(told).toEqual(['one closed'])
  const dead = await pool.query('SELECT last_error FROM deliveries WHERE dead_at IS NOT NULL')
  expect(dead.rows).toEqual([{ last_error: 'no' }])
  const letters = await pool.query(
    'SELECT handler, attempts, last_error, kind, level, message FROM dead_letters',
  )
  expect(letters.rows).toEqual([
    { handler: 'picky', attempts: 16, last_error: 'no', kind: 'opened', level: 'critical', message: 'one' },
  ])
  isBroken = false
  const metrics = createMetrics()
  await showQueueDepth(pool, metrics, ['picky', 'idle'])
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
  expect(await replayDeliveries(pool, 'picky')).toBe(1)
  await waitFor(() => told.length === 2)
  expect(told).toEqual(['one closed', 'one opened'])
})

test('what a dead recorder had taken is delivered by another one', async () => {
  const { handler, told } = remembering('a')
  await storeObservations({ pool, handlers: ['a'] }, episode('one', false))
  expect(await claim(pool, 'a', { most: 10, leaseMs: 600_000 })).toHaveLength(1)
  expect(await claim(pool, 'a', { most: 10, leaseMs: 600_000 })).toEqual([])
  await pool.query("UPDATE deliveries SET next_attempt_at = next_attempt_at - interval '600 s'")
  start(handler)
  await waitFor(() => told.length === 1)
  expect(told).toEqual(['one opened'])
})

test('who comes back after another recorder has taken its delivery changes nothing about it', async () => {
  await storeObservations({ pool, handlers: ['a'] }, episode('one', false))
  const [late] = await claim(pool, 'a', { most: 1, leaseMs: 0 })
  const [own] = await claim(pool, 'a', { most: 1, leaseMs: 60_000 })
  expect(await giveBack(pool, late as Delivery, 'too late')).toBe(false)
  const isTaken = "next_attempt_at > now() + interval '30 seconds' AND last_error IS NULL"
  const { rows: taken } = await pool.query(`SELECT ${isTaken} AS taken FROM deliveries`)
  expect(taken).toEqual([{ taken: true }])
  expect(await giveBack(pool, own as Delivery, 'in time')).toBe(false)
  const { rows } = await pool.query('SELECT last_error FROM deliveries')
  expect(rows).toEqual([{ last_error: 'in time' }])
})

test.each([
  ['text that Postgres does not take', new Error('answered \0\ud800'), 'answered \uFFFD\uFFFD'],
  ['what is no error and has no text', Object.create(null), '[Object: null prototype] {}'],
])('a handler that throws %s is tried again like any other', async (_, thrown, reason) => {
  await storeObservations({ pool, handlers: ['odd'] }, episode('one', false))
  start({
    name: 'odd',
    handle() {
      throw thrown
    },
  })
  await waitFor(async () => {
    const { rows } = await pool.query('SELECT last_error FROM deliveries')
    return rows[0].last_error === reason
  })
})

test('the built-in file handler writes one JSON object a line', async () => {
  const path = join(tmpdir(), `mnemoscope-deliveries-${process.pid}.jsonl`)
  await storeObservations({ pool, handlers: ['file'] }, episode('one'))
  start(fileHandler({ path }))
  await waitFor(async () => (await left('file')) === 0)
  const lines = (await readFile(path, 'utf8')).trim().split('\n')
  expect(lines.map((line) => JSON.parse(line).kind)).toEqual(['opened', 'closed'])
  await rm(path)
})

test('the file handler begins a new line after one that was cut off, as by a full disk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mnemoscope-handlers-'))
  const path = join(folder, 'alerts.jsonl')
  await writeFile(path, '{"id": 1}\n{"id": 2, "ki')
  await storeObservations({ pool, handlers: ['file'] }, episode('one'))
  start(fileHandler({ path }))
  await waitFor(async () => (await left('file')) === 0)
  const [whole, cut, ...own] = (await readFile(path, 'utf8')).trim().split('\n')
  expect([whole, cut]).toEqual(['{"id": 1}', '{"id": 2, "ki'])
  expect(own.map((line) => JSON.parse(line).kind)).toEqual(['opened', 'closed'])
  await rm(folder, { recursive: true })
})

test('two handlers of one name are refused, because their deliveries would be mixed up', async () => {
  const databaseUrl = pool.options.connectionString as string
  const handlers = ['http://127.0.0.1:9/a', 'http://127.0.0.1:9/b'].map((url) => webhookHandler({ url }))
  const options = { config: defineConfig(), databaseUrl, prometheusUrl: 'http://127.0.0.1:9', port: 0 }
  await expect(startRecorder({ ...options, handlers, logger: silentLogger })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    value: 'webhook',
  })
})

test('handlers of the configuration get what happens under their names, files beside it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mnemoscope-handlers-'))
  const told: string[] = []
  const { handlers } = defineConfig({
    handlers: { archive: { file: 'alerts.jsonl' } },
    plugins: [{ name: 'pager', handlers: { ring: ({ kind }) => void told.push(kind) } }],
  })
  const configured = configuredHandlers({ handlers }, folder)
  const names = configured.map(({ name }) => name)
  expect(names).toEqual(['archive', 'pager.ring'])
  await storeObservations({ pool, handlers: names }, episode('one'))
  for (const handler of configured) start(handler)
  await waitFor(async () => (await left('archive')) + (await left('pager.ring')) === 0)
  expect(told).toEqual(['opened', 'closed'])
  expect((await readFile(join(folder, 'alerts.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(2)
  await rm(folder, { recursive: true })
})
