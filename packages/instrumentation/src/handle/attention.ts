import { type Kpi, type Place, refusalOf } from '@mnemoscope/kpi'
import type { Accumulator } from '../accumulator/accumulator.js'
import type { SelfMetrics } from '../guards/self-metrics.js'
import type { WarningHandler } from '../guards/warn-once.js'
import type { Metadata } from './handle-types.js'

/** Where a measurement was taken, in the words of its labels. */
export interface MeasurementPlace extends Place {
  readonly operation: string
}

/** A measurement that was counted. */
export interface Measurement {
  readonly kpi: Kpi
  /** A number in the KPI's unit, or the outcome that was counted. */
  readonly value: number | string
  readonly place: MeasurementPlace
  readonly accumulator: Accumulator
  readonly metadata: Metadata | undefined
}

/** Values from `min` to `max`, both included; empty where `min` is the larger. */
export interface ValueRange {
  readonly min: number
  readonly max: number
}

/** The range that holds nothing. */
export const emptyRange: ValueRange = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY }

/** Somebody who hears of measurements. */
export interface Watcher {
  /**
   * Values of which it need not hear, so that they are counted at full speed; undefined where it need hear of none. It
   * may hear of them all the same.
   */
  readonly quiet: (kpi: Kpi, place: MeasurementPlace) => ValueRange | undefined
  /** Runs on the caller's time: it takes note and leaves. What it throws is caught. */
  readonly heard: (measurement: Measurement) => void
}

/** What is done about measurements that need more than counting. */
export interface Attention {
  /** Adds a watcher; the function returned removes it. */
  watch(watcher: Watcher): () => void
  /** Values of a KPI that every watcher lets pass; for a counter, a range that is empty or not. */
  calm(kpi: Kpi, place: MeasurementPlace): ValueRange
  /** Counts a measurement if it can be one, and tells the watchers. Never throws. */
  take(kpi: Kpi, place: MeasurementPlace, accumulator: Accumulator, value: unknown): void
  /** Runs a function, the measurements of which carry metadata. */
  withMetadata<Argument>(metadata: Metadata, run: (argument: Argument) => void, argument: Argument): void
}

/** @param changed called when the watchers changed, so that the ranges of all accumulators are set anew */
export function attention(self: SelfMetrics, warn: WarningHandler, changed: () => void): Attention {
  const watchers = new Set<Watcher>()
  let metadata: Metadata | undefined

  function tell(measurement: Measurement): void {
    for (const watcher of watchers) {
      try {
        watcher.heard(measurement)
      } catch (error) {
        warn({ code: 'HOOK_FAILED', message: `A hook on ${measurement.kpi.id} threw: ${String(error)}` })
      }
    }
  }

  return {
    watch(watcher) {
      watchers.add(watcher)
      changed()
      return () => {
        if (watchers.delete(watcher)) changed()
      }
    },
    calm(kpi, place) {
      const whole = kpi.outcomes === undefined ? kpi.range : { min: 0, max: 0 }
      return [...watchers]
        .map((watcher) => watcher.quiet(kpi, place))
        .filter((range) => range !== undefined)
        .reduce<ValueRange>(
          (calm, range) => ({ min: Math.max(calm.min, range.min), max: Math.min(calm.max, range.max) }),
          { min: whole.min, max: whole.max },
        )
    },
    take(kpi, place, accumulator, value) {
      const refusal = refusalOf(kpi, value)
      if (refusal !== undefined) {
        self.refused(kpi, refusal)
        return
      }
      accumulator.add(value as never)
      if (watchers.size > 0) {
        tell({ kpi, value: value as number | string, place, accumulator, metadata })
      }
    },
    withMetadata(given, run, argument) {
      // A hook that hears of this operation may record one of its own.
      const outer = metadata
      metadata = given
      try {
        run(argument)
      } finally {
        metadata = outer
      }
    },
  }
}
