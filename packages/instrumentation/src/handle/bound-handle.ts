import type { SelfMetrics } from '../guards/self-metrics.js'
import type { Attention } from './attention.js'
import type { Handle, Metadata } from './handle-types.js'
import { timed } from './timed.js'

/** Anything that takes measurements of one KPI. */
export interface AnyRecorder {
  record(value: unknown, labels?: unknown): void
}

/** What all handles of a monitor share. */
export interface HandleContext {
  readonly attention: Attention
  readonly self: SelfMetrics
  /** Monotonic time in milliseconds. */
  readonly clock: () => number
}

/** The public face of one label set: a property for each KPI, and what concerns all of them together. */
export function boundHandle(
  recorders: Readonly<Record<string, AnyRecorder>>,
  { attention, self, clock }: HandleContext,
): Handle {
  const latency = recorders.latency as AnyRecorder

  function recordAll(values: Readonly<Record<string, unknown>>): void {
    for (const kpi in values) {
      const value = values[kpi]
      if (value === undefined) continue
      const recorder = recorders[kpi]
      if (recorder === undefined) self.refusedUnknown()
      else recorder.record(value)
    }
  }

  const together = {
    operation(values: Readonly<Record<string, unknown>>, metadata?: Metadata): void {
      try {
        if (metadata === undefined) recordAll(values)
        else attention.withMetadata(metadata, () => recordAll(values))
      } catch {
        // Only a getter of the caller's own object can throw here, and it must not fail the caller's operation.
      }
    },
    time: <Result>(run: () => Result): Result => timed(run, clock, (seconds) => latency.record(seconds)),
  }
  return { ...recorders, ...together } as unknown as Handle
}
