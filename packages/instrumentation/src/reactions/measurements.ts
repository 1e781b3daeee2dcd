import { trace } from '@opentelemetry/api'
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

/** Receives every measurement, on the time of the one who records: it takes note and returns. */
export type MeasurementHandler = (measurement: TakenMeasurement) => void

/** Hands every measurement of every KPI to a handler. */
export function measurementWatcher(handler: MeasurementHandler, now: () => number): Watcher {
  return {
    quiet: () => emptyRange,
    heard({ kpi, value, place, metadata }) {
      const { traceId, spanId } = trace.getActiveSpan()?.spanContext() ?? {}
      handler({ kpi: kpi.id, value, at: now(), metadata, traceId, spanId, ...place })
    },
  }
}
