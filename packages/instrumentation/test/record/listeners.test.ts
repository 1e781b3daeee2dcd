import { afterEach, describe, expect, test } from '@jest/globals'
import { catalog, defineConfig, isBreach, type Kpi, thresholdsAt } from '@mnemoscope/kpi'
import { context, INVALID_SPAN_CONTEXT, type SpanContext, TraceFlags, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import type { Breach, TakenMeasurement } from '../../src/index.js'
import { nextDown, nextUp, rangeWithoutBreach } from '../../src/record/listeners.js'
import { monitors } from '../monitored.js'

const { start, warnings } = monitors()
const place = { model: 'gpt-4o', contextSize: 131_072 }
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('onBreach', () => {
  test('calls soon after a measurement at or beyond a threshold, with the measurement and its labels', async () => {
    const monitor = await start({ endpoint: false, now: () => 7 })
    const breaches: Breach[] = []
    monitor.onBreach('warning', (breach) => {
      breaches.push(breach)
    })
    const op = monitor.for({ ...place, operation: 'search' })
    op.operation({ latency: 4.99, f1_score: 0.81 })
    op.operation({ latency: 10 }, { question: 'where?' })
    expect(breaches).toEqual([])
    await turn()
    expect(breaches).toEqual([
      {
        kpi: 'latency',
        severity: 'error',
        value: 10,
        threshold: 10,
        model: 'gpt-4o',
        contextSize: '131072',
        operation: 'search',
        at: 7,
        metadata: { question: 'where?' },
      },
    ])
  })

  test('does not call again during the cooldown of one KPI, model and size, unless the level gets worse', async () => {
    let elapsed = 0
    let now = 1_000_000
    const config = defineConfig({ instrumentation: { breachCooldown: '10s' } })
    const monitor = await start({ endpoint: false, config, clock: () => elapsed, now: () => now })
    const seen: string[] = []
    monitor.onBreach('warning', ({ kpi, severity, model }) => {
      seen.push(`${kpi} ${severity} ${model}`)
    })
    const op = monitor.for(place)
    for (let i = 0; i < 100; i++) op.latency.record(6)
    op.f1_score.record(0.6)
    monitor.for({ ...place, model: 'other' }).latency.record(6)
    op.latency.record(12)
    op.latency.record(6)
    elapsed = 9_999
    // A change of the wall clock has no effect.
    now = 9_000_000
    op.latency.record(12)
    elapsed = 10_000
    now = 0
    op.latency.record(6)
    await turn()
    expect(seen).toEqual([
      'latency warning gpt-4o',
      'f1_score critical gpt-4o',
      'latency warning other',
      'latency error gpt-4o',
      'latency warning gpt-4o',
    ])
  })

  test('calls for its level and worse ones only, and never after the end of the subscription', async () => {
    const monitor = await start({ endpoint: false })
    const seen: string[] = []
    const off = monitor.onBreach('critical', ({ severity }) => {
      seen.push(severity)
    })
    const op = monitor.for(place)
    op.latency.record(19.9)
    op.latency.record(20)
    off()
    off()
    op.f1_score.record(0)
    await turn()
    expect(seen).toEqual(['critical'])
  })

  test('catches handlers that throw or reject, and warns once', async () => {
    const monitor = await start({ endpoint: false })
    monitor.onBreach('warning', () => {
      throw new Error('sync')
    })
    monitor.onBreach('warning', () => Promise.reject(new Error('async')))
    monitor.for(place).latency.record(100)
    await turn()
    await turn()
    expect(warnings.map(({ code }) => code)).toEqual(['HOOK_FAILED'])
  })

  test('uses the thresholds of the place, with overrides', async () => {
    const config = defineConfig({
      kpis: { latency: { overrides: [{ model: 'slow', thresholds: { warning: 8 } }] } },
    })
    const monitor = await start({ endpoint: false, config })
    const seen: string[] = []
    monitor.onBreach('warning', ({ model, threshold }) => {
      seen.push(`${model} ${threshold}`)
    })
    monitor.for({ ...place, model: 'slow' }).latency.record(7)
    monitor.for({ ...place, model: 'fast' }).latency.record(7)
    monitor.for({ ...place, model: 'slow' }).latency.record(8)
    await turn()
    expect(seen).toEqual(['fast 5', 'slow 8'])
  })
})

test('the range without a breach ends at the double next to the threshold', () => {
  const at = { model: 'm', contextSize: '8192', operation: 'default' }
  const { kpis } = defineConfig()
  for (const id of ['latency', 'f1_score', 'token_usage'] as const) {
    for (const level of ['warning', 'error', 'critical'] as const) {
      const kpi: Kpi = kpis[id]
      const threshold = catalog[id].thresholds[level]
      const range = rangeWithoutBreach(kpi, thresholdsAt(kpi, at), level) ?? { min: 0, max: 0 }
      const edge = kpi.direction === 'higher_is_better' ? range.min : range.max
      expect(isBreach(kpi.direction, threshold, threshold)).toBe(true)
      expect(isBreach(kpi.direction, edge, threshold)).toBe(false)
      expect(kpi.direction === 'higher_is_better' ? nextDown(edge) : nextUp(edge)).toBe(threshold)
    }
  }
  expect(rangeWithoutBreach(kpis.context_utilization, {}, 'warning')).toBeUndefined()
  expect(rangeWithoutBreach(kpis.overflow_frequency, { warning: 1 }, 'warning')).toBeUndefined()
})

test.each([0, 1, -1, 0.7, 5, 1e-300, 1e300])('no double lies between %d and its neighbours', (value) => {
  expect(nextUp(value)).toBeGreaterThan(value)
  expect(nextDown(value)).toBeLessThan(value)
  expect(nextDown(nextUp(value)) + 0).toBe(value)
  const between = value + (nextUp(value) - value) / 2
  expect([value, nextUp(value)]).toContain(between)
})

test('onMeasurement gets each measurement that was counted, with its metadata', async () => {
  const monitor = await start({ endpoint: false, now: () => 5 })
  const seen: unknown[] = []
  const off = monitor.onMeasurement(({ kpi, value, metadata, at }) => seen.push([kpi, value, metadata, at]))
  const op = monitor.for(place)
  op.operation({ latency: 0.5, overflow_frequency: 'none', f1_score: 2 }, { id: 1 })
  op.memory_usage.record(4_096)
  off()
  op.latency.record(1)
  expect(seen).toEqual([
    ['latency', 0.5, { id: 1 }, 5],
    ['overflow_frequency', 'none', { id: 1 }, 5],
    ['memory_usage', 4_096, undefined, 5],
  ])
})

test('a handler that records another operation does not change the metadata of its measurement', async () => {
  const monitor = await start({ endpoint: false })
  const seen: unknown[] = []
  const op = monitor.for(place)
  monitor.onMeasurement(({ kpi, metadata }) => {
    if (kpi === 'latency') monitor.for(place).operation({ f1_score: 1 }, { inner: true })
    seen.push([kpi, metadata])
  })
  op.operation({ latency: 1, token_usage: 7 }, { outer: true })
  op.token_usage.record(8)
  expect(seen).toEqual([
    ['f1_score', { inner: true }],
    ['latency', { outer: true }],
    ['token_usage', { outer: true }],
    ['token_usage', undefined],
  ])
})

afterEach(() => context.disable())

test('a measurement carries the active trace, and none if the span is not valid', async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const monitor = await start({ endpoint: false })
  const taken: TakenMeasurement[] = []
  monitor.onMeasurement((measurement) => void taken.push(measurement))
  const { latency } = monitor.for({ model: 'm', contextSize: 1 })
  const real = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.NONE }
  for (const span of [real, INVALID_SPAN_CONTEXT] satisfies SpanContext[]) {
    context.with(trace.setSpanContext(context.active(), span), () => latency.record(1))
  }
  latency.record(1)
  expect(taken.map(({ traceId, spanId }) => ({ traceId, spanId }))).toEqual([
    { traceId: real.traceId, spanId: real.spanId },
    { traceId: undefined, spanId: undefined },
    { traceId: undefined, spanId: undefined },
  ])
})
