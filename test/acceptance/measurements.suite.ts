import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { type Monitor, startMonitoring } from '@mnemoscope/instrumentation'
import { defineConfig } from '@mnemoscope/kpi'
import type { AnswerOf } from '@mnemoscope/recorder'
import { context, TraceFlags, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { randomOf } from '../../packages/recorder/test/plumbing/autoregressive.js'
import { notification, postWebhook } from '../../packages/recorder/test/plumbing/notification.js'
import { startTestRecorder, type TestRecorder } from '../../packages/recorder/test/plumbing/recorder.js'
import { eventually } from '../harness/index.js'

/** More than a service keeps while its recorder is away. */
const flood = 12_000
const kept = 10_000

const place = { model: 'mistral-7b', contextSize: 8_000, operation: 'search' }
const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'

const config = (measurementSampling: number) =>
  defineConfig({ contextSizes: [8_192, 32_768], instrumentation: { measurementSampling } })

let recorder: TestRecorder

beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  recorder = await startTestRecorder({ config: config(1) })
}, 120_000)

afterAll(async () => {
  context.disable()
  await recorder?.stop()
}, 60_000)

beforeEach(async () => {
  await recorder.pool.query('TRUNCATE measurements')
})

const startService = (sampling: number) =>
  startMonitoring({
    service: 'memory',
    endpoint: false,
    recorder: recorder.url,
    config: config(sampling),
    // A busy machine may take longer than the default to store what waits.
    stopMilliseconds: 20_000,
  })

async function stored(columns: string): Promise<Record<string, unknown>[]> {
  const { rows } = await recorder.pool.query(`SELECT ${columns} FROM measurements ORDER BY at, kpi, value`)
  return rows
}

/** What a service says of itself that it dropped. */
async function dropped(monitor: Monitor): Promise<number> {
  const { resourceMetrics } = await monitor.metricProducer().collect()
  const metrics = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)
  const own = metrics.find(({ descriptor }) => descriptor.name === 'mnemoscope.dropped_measurements')
  return Number(own?.dataPoints[0]?.value ?? 0)
}

describe('a service and its recorder', () => {
  test('agree on a measurement: value, place, metadata, trace and level', async () => {
    const monitor = await startService(1)
    const inTrace = trace.setSpanContext(context.active(), {
      traceId,
      spanId,
      traceFlags: TraceFlags.SAMPLED,
    })
    const before = Date.now()
    context.with(inTrace, () =>
      monitor
        .for(place)
        .operation(
          { f1_score: 0.65, latency: 0.125, overflow_frequency: 'hierarchy' },
          { question: 'Who keeps the light?', hits: [1, 2], tenth: 0.1 },
        ),
    )
    await monitor.stop()
    const same = {
      service: 'memory',
      model: 'mistral-7b',
      context_size: '8192',
      operation: 'search',
      trace_id: traceId,
      span_id: spanId,
      metadata: { question: 'Who keeps the light?', hits: [1, 2], tenth: 0.1 },
    }
    const columns =
      'kpi, value, outcome, severity, service, model, context_size, operation, trace_id, span_id, metadata'
    expect(await stored(columns)).toEqual([
      { ...same, kpi: 'f1_score', value: 0.65, outcome: null, severity: 'critical' },
      { ...same, kpi: 'latency', value: 0.125, outcome: null, severity: null },
      { ...same, kpi: 'overflow_frequency', value: 1, outcome: 'hierarchy', severity: null },
    ])
    const [{ at }] = (await stored('at')) as [{ at: Date }]
    expect(at.getTime()).toBeGreaterThanOrEqual(before)
    expect(at.getTime()).toBeLessThanOrEqual(Date.now())
    const { rows } = await recorder.pool.query(
      "SELECT metric_type, value, context_size, metadata ->> 'trace_id' AS trace FROM performance_metrics WHERE metric_type = 'f1_score'",
    )
    expect(rows).toEqual([{ metric_type: 'f1_score', value: 0.65, context_size: 8_192, trace: traceId }])
  })

  test('keep every breach and nothing else where no measurement is sampled', async () => {
    const monitor = await startService(0)
    const handle = monitor.for(place)
    for (let i = 0; i < 3_000; i++) {
      handle.operation(
        i % 100 === 0 ? { latency: 6 + i, f1_score: 0.95 } : { latency: 0.5, f1_score: 0.95 },
        { i },
      )
    }
    await monitor.stop()
    const rows = await stored("kpi, value, (metadata ->> 'i')::int AS i")
    expect(rows).toEqual(
      Array.from({ length: 30 }, (_, n) => ({ kpi: 'latency', value: 6 + 100 * n, i: 100 * n })),
    )
  })

  test('answer with the median of all operations, though each breach is kept and one other in ten', async () => {
    const uniform = randomOf(17)
    const chance = jest.spyOn(Math, 'random').mockImplementation(uniform)
    const monitor = await startService(0.1)
    const handle = monitor.for(place)
    const values = Array.from({ length: 3_000 }, (_, i) => (i % 300 === 0 ? 9 : 0.1 + 0.2 * uniform()))
    for (const latency of values) handle.operation({ latency })
    await monitor.stop()
    chance.mockRestore()
    const kept = await stored('value')
    expect(kept.length).toBeLessThan(500)
    const truth = values.toSorted((a, b) => a - b)[1_499] as number
    const response = await fetch(`${recorder.url}/api/analysis/models?hours=1&kpi=latency`)
    const { measurements } = (await response.json()) as AnswerOf<'GET /api/analysis/models'>
    expect(measurements).toHaveLength(1)
    const [found] = measurements
    expect(found).toMatchObject({ measurements: kept.length, breaches: 10 })
    expect(found?.median_low).toBeLessThanOrEqual(truth)
    expect(found?.median_high).toBeGreaterThanOrEqual(truth)
    expect(found?.median).toBeCloseTo(0.2, 1)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    expect(Math.abs((found?.mean ?? 0) - mean)).toBeLessThan(2 * (found?.mean_error ?? 0))
    expect(found?.mean_error).toBeLessThan(0.02)
  })

  test('lose nothing unsaid while the recorder is away: what is not stored is counted as dropped', async () => {
    await recorder.end()
    const monitor = await startService(0)
    const handle = monitor.for(place)
    for (let i = 0; i < flood; i++) handle.latency.record(6 + i)
    expect(await dropped(monitor)).toBe(flood - kept)
    await recorder.restart()
    const found = async () => {
      const { rows } = await recorder.pool.query(
        'SELECT count(*)::int AS n, min(value) AS least, max(value) AS greatest FROM measurements',
      )
      return rows[0] as { n: number }
    }
    // A service that ends gives its last measurements a few seconds, which so many may not be stored in.
    await eventually('what was kept', async () => (await found()).n >= kept, { withinMs: 120_000 })
    await monitor.stop()
    expect(await dropped(monitor)).toBe(flood - kept)
    expect(await found()).toEqual({ n: kept, least: 6 + flood - kept, greatest: 5 + flood })
  }, 180_000)

  test('lead from an episode to the operations behind it, the worst first', async () => {
    const monitor = await startService(0)
    const handle = monitor.for(place)
    const other = monitor.for({ ...place, model: 'gpt-4o' })
    for (const latency of [21, 45, 0.2, 33, 7]) handle.operation({ latency }, { question: `took ${latency}` })
    other.latency.record(99)
    await eventually('the measurements', async () => (await stored('kpi')).length === 5)
    const startsAt = new Date().toISOString()
    const labels = {
      alertname: 'MnemoscopeLatencyCritical',
      severity: 'critical',
      kpi: 'latency',
      job: 'memory',
      model: 'mistral-7b',
      context_size: '8192',
    }
    expect(
      (await postWebhook(recorder.url, notification([{ status: 'firing', labels, startsAt }]))).status,
    ).toBe(200)
    const [{ id }] = (await recorder.pool.query('SELECT id FROM alert_episodes')).rows
    const response = await fetch(`${recorder.url}/api/episodes/${id}/operations`)
    const { worst } = (await response.json()) as { worst: { value: number; metadata: object }[] }
    expect(worst.slice(0, 3).map(({ value, metadata }) => [value, metadata])).toEqual(
      [45, 33, 21].map((value) => [value, { question: `took ${value}` }]),
    )
    await monitor.stop()
  })
})
