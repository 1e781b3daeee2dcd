import { expect, jest, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { Registry } from 'prom-client'
import { showLoops } from '../src/loop-metrics.js'
import { startTestPrometheus } from './plumbing/prometheus.js'
import { startTestRecorder } from './plumbing/recorder.js'
import { waitFor } from './plumbing/wait-for.js'

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

test('a recorder tells which of its work fails, and how much of the past is left to fill', async () => {
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
