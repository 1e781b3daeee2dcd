import type { Direction } from '@mnemoscope/kpi'
import { isSpanContextValid, TraceFlags, trace } from '@opentelemetry/api'
import type { Exemplar, HistogramAccumulator } from '../accumulate/histogram.js'
import { type MeasurementListener, noValues } from './processor.js'

/** Milliseconds after which a better value can replace an exemplar: people have had time to look at its trace. */
const lifetime = 10 * 60_000

/**
 * Keeps for each bucket the worst measurement of a sampled span, so that a dashboard links a bad bucket to its trace.
 * The traces of other spans are not stored anywhere.
 * https://opentelemetry.io/docs/specs/otel/metrics/sdk/#tracebased
 */
export function exemplarListener(now: () => number): MeasurementListener {
  return {
    ignored: (kpi) => (kpi.instrument === 'histogram' ? noValues : undefined),
    onMeasurement({ kpi, value, accumulator }) {
      if (accumulator.kind !== 'histogram' || typeof value !== 'number') return
      const span = trace.getActiveSpan()?.spanContext()
      if (span === undefined || !isSpanContextValid(span)) return
      if ((span.traceFlags & TraceFlags.SAMPLED) === 0) return
      keep(accumulator, kpi.direction, { value, traceId: span.traceId, spanId: span.spanId, at: now() })
    },
  }
}

function keep(accumulator: HistogramAccumulator, direction: Direction, exemplar: Exemplar): void {
  accumulator.exemplars ??= new Array<Exemplar | undefined>(accumulator.bucketCount).fill(undefined)
  const bucket = accumulator.bucketOf(exemplar.value)
  const known = accumulator.exemplars[bucket]
  const isWorse =
    known === undefined ||
    exemplar.at - known.at > lifetime ||
    (direction === 'higher_is_better' ? exemplar.value <= known.value : exemplar.value >= known.value)
  if (isWorse) accumulator.exemplars[bucket] = exemplar
}
