import { expect, jest, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { Registry } from 'prom-client'
import { showLoops, startLoop } from '../src/loop.js'
import { startTestPrometheus } from './plumbing/prometheus.js'
import { startTestRecorder } from './plumbing/recorder.js'
import { waitFor } from './plumbing/wait-for.js'

test('a run that throws is reported and ends nothing: the next one is healthy', async () => {
  let runs = 0
  const errors: unknown[] = []
  const loop = startLoop({
    next: (now) => now + 1,
    run: async () => {
      if (++runs < 3) throw new Error(`run ${runs}`)
    },
    onError: (error) => errors.push(error),
  })
  await waitFor(() => loop.lastHealthyAt)
  await loop.stop()
  expect(errors.map(String)).toEqual(['Error: run 1', 'Error: run 2'])
})

test('a loop in which nothing works is never healthy', async () => {
  let runs = 0
  const loop = startLoop({
    next: (now) => now + 1,
    run: async () => {
      runs++
      throw new Error('no')
    },
    onError: () => undefined,
  })
  await waitFor(() => runs > 3)
  expect(loop.lastHealthyAt).toBeUndefined()
  await loop.stop()
})

test('stopping waits for the run under way and starts no other', async () => {
  let finish = () => {}
  let runs = 0
  let isFinished = false
  const loop = startLoop({
    next: (now) => now,
    run: async () => {
      runs++
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      isFinished = true
    },
    onError: () => undefined,
  })
  await waitFor(() => runs === 1)
  const stopped = loop.stop()
  finish()
  await stopped
  expect({ runs, isFinished }).toEqual({ runs: 1, isFinished: true })
})

test('a clock that is set back does not make the loop wait until it is caught up', async () => {
  const realNow = Date.now
  let ahead = 7_200_000
  const clock = jest.spyOn(Date, 'now').mockImplementation(() => realNow() + ahead)
  let runs = 0
  const loop = startLoop({
    next: (now) => now + 20,
    run: async () => {
      runs++
    },
    onError: () => undefined,
  })
  await waitFor(() => runs > 0)
  ahead = 0
  const before = runs
  await waitFor(() => runs > before + 1)
  await loop.stop()
  clock.mockRestore()
})

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const { lastHealthy, workFailures, backfillLeft } = names.recorderMetric

test('each kind of work has its newest healthy end and its failures, the start before there is one', async () => {
  const registry = new Registry()
  const retention = { lastHealthyAt: undefined as Date | undefined, failures: 0 }
  const chat = { lastHealthyAt: new Date(7_000), failures: 3 }
  const loops = [
    { work: 'retention', loop: retention },
    { work: 'deliveries', handler: 'chat', loop: chat },
  ]
  showLoops(registry, loops, new Date(5_000))
  const shown = async () => (await registry.metrics()).split('\n').filter((line) => /^[a-z]/.test(line))
  expect(await shown()).toEqual([
    `${lastHealthy}{work="retention"} 5`,
    `${lastHealthy}{work="deliveries",handler="chat"} 7`,
    `${workFailures}{work="retention"} 0`,
    `${workFailures}{work="deliveries",handler="chat"} 3`,
  ])
  retention.lastHealthyAt = new Date(9_000)
  retention.failures = 1
  expect(await shown()).toEqual(
    expect.arrayContaining([`${lastHealthy}{work="retention"} 9`, `${workFailures}{work="retention"} 1`]),
  )
})

test('a recorder shows which of its work fails, and how much of the past is left to fill', async () => {
  const prometheus = await startTestPrometheus()
  const recorder = await startTestRecorder({
    config: defineConfig({ scrapeInterval: '1s', snapshotInterval: '1s', alertCheckInterval: '1s' }),
    prometheusUrl: prometheus.url,
    handlers: [{ name: 'idle', handle: () => undefined }],
  })
  try {
    const valueNow = async (series: string) => {
      const lines = (await (await fetch(`${recorder.url}/metrics`)).text()).split('\n')
      const line = lines.find((candidate) => candidate.startsWith(`${series} `))
      return line === undefined ? undefined : Number(line.slice(series.length))
    }
    const healthyAt = async () => (await valueNow(`${lastHealthy}{work="deliveries",handler="idle"}`)) ?? 0
    const startedAt = await healthyAt()
    await recorder.pool.query(
      "INSERT INTO snapshot_instants (at, rows) VALUES (date_trunc('hour', now()) - interval '2 days', 0)",
    )
    await waitFor(async () => ((await valueNow(backfillLeft)) ?? 0) > 0)
    await recorder.pool.query('ALTER TABLE reconciles RENAME TO hidden')
    await waitFor(async () => ((await valueNow(`${workFailures}{work="reconcile"}`)) ?? 0) > 0)
    expect(await valueNow(`${workFailures}{work="queue_depth"}`)).toBe(0)
    await waitFor(async () => (await healthyAt()) > startedAt)
  } finally {
    await recorder.stop()
    await prometheus.stop()
  }
})
