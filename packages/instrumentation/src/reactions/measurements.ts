import { isSpanContextValid, trace } from '@opentelemetry/api'
import { heedRejection } from '../guards/heed-rejection.js'
import type { WarningHandler } from '../guards/warn-once.js'
import { emptyRange, type MeasurementPlace, type Watcher } from '../handle/attention.js'
import type { Metadata } from '../handle/handle-types.js'

/** A single measurement with what no metric carries. */
export interface TakenMeasurement extends MeasurementPlace {
  /** Id of the KPI. */
  readonly kpi: string
  /** A number in the KPI's unit, or the outcome that was counted. */
  readonly value: number | string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly metadata: Metadata | undefined
  /** Trace it was taken in, where there is one. */
  readonly traceId: string | undefined
  readonly spanId: string | undefined
}

/**
 * Receives every measurement, on the time of the one who records: it takes note and returns. What it throws or rejects
 * with is warned of and goes no further.
 */
export type MeasurementHandler = (measurement: TakenMeasurement) => void

/** Hands every measurement of every KPI to a handler. */
export function measurementWatcher(
  handler: MeasurementHandler,
  now: () => number,
  warn: WarningHandler,
): Watcher {
  const failed = (error: unknown) =>
    warn({ code: 'HOOK_FAILED', message: `A handler of measurements failed: ${String(error)}` })
  return {
    quiet: () => emptyRange,
    heard({ kpi, value, place, metadata }) {
      const span = trace.getActiveSpan()?.spanContext()
      // Where tracing is off or suppressed there is a span all the same, its ids nothing but zeros.
      const { traceId, spanId } = span !== undefined && isSpanContextValid(span) ? span : {}
      heedRejection(handler({ kpi: kpi.id, value, at: now(), metadata, traceId, spanId, ...place }), failed)
    },
  }
}
