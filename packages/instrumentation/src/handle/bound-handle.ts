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

  // An application's objects have their keys in the same order each time: comparing with the key that stood there last
  // is nearly always enough, and cheaper than a look-up.
  const lastKeys: string[] = []
  const lastRecorders: AnyRecorder[] = []

  function find(key: string, position: number): AnyRecorder | undefined {
    if (!Object.hasOwn(recorders, key)) return undefined
    const recorder = recorders[key] as AnyRecorder
    if (position <= lastKeys.length) {
      lastKeys[position] = key
      lastRecorders[position] = recorder
    }
    return recorder
  }

  function recordAll(values: Readonly<Record<string, unknown>>): void {
    let position = 0
    try {
      for (const key in values) {
        const value = values[key]
        const recorder = lastKeys[position] === key ? lastRecorders[position] : find(key, position)
        position++
        if (value === undefined) continue
        if (recorder === undefined) self.refusedUnknown()
        else recorder.record(value)
      }
    } catch {
      // Only a getter of the caller's own object can throw here, and it must not fail the caller's operation.
    }
  }

  function recordLatency(seconds: number | undefined): void {
    if (seconds !== undefined) latency.record(seconds)
  }

  const together = {
    operation(values: Readonly<Record<string, unknown>>, metadata?: Metadata): void {
      if (metadata === undefined) recordAll(values)
      // A closure over the values would be allocated with every call, metadata or not.
      else attention.withMetadata(metadata, recordAll, values)
    },
    time: <Result>(run: () => Result): Result => timed(run, clock, recordLatency),
  }
  return { ...recorders, ...together } as unknown as Handle
}
