import type { Direction } from '@mnemoscope/kpi'
import { isSpanContextValid, TraceFlags, trace } from '@opentelemetry/api'
import type { HistogramAccumulator } from '../accumulator/histogram.js'
import { emptyRange, type Watcher } from '../handle/attention.js'

/** A measurement that stands for its bucket, with the trace it was taken in. */
export interface Exemplar {
  readonly value: number
  readonly traceId: string
  readonly spanId: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** After so many milliseconds a milder measurement may take an exemplar's place: its trace has been looked at by now. */
const lifetime = 10 * 60_000

/**
 * Keeps, for each bucket, the worst measurement taken within a span that is sampled, so that a dashboard leads from a bad
 * bucket to its trace: no other trace is kept anywhere.
 * https://opentelemetry.io/docs/specs/otel/metrics/sdk/#tracebased
 */
export function exemplarWatcher(now: () => number): Watcher {
  return {
    quiet: (kpi) => (kpi.instrument === 'histogram' ? emptyRange : undefined),
    heard({ kpi, value, accumulator }) {
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

/** What follows a bucket's number: https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars */
export function exemplarText({ value, traceId, spanId, at }: Exemplar): string {
  return ` # {trace_id="${traceId}",span_id="${spanId}"} ${value} ${at / 1_000}`
}
