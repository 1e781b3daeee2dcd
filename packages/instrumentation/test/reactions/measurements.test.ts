import { afterEach, expect, test } from '@jest/globals'
import { context, INVALID_SPAN_CONTEXT, type SpanContext, TraceFlags, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import type { TakenMeasurement } from '../../src/index.js'
import { monitors } from '../monitored.js'

const { start } = monitors()
afterEach(() => context.disable())

test('a measurement carries the trace it was taken in, and none where the span is no real one', async () => {
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
