import { countedRange, countedValue, type Kpi, type Place, refusalOf } from '@mnemoscope/kpi'
import type { Accumulator } from '../accumulate/metric.js'
import type { SelfMetrics } from '../accumulate/self-metrics.js'
import type { WarningHandler } from '../guards/warnings.js'
import type { Metadata } from './handle-types.js'

/** The labels of a measurement. */
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

/** Values from `min` to `max`, both included; empty where `min` is the larger one. */
export interface ValueRange {
  readonly min: number
  readonly max: number
}

/** The empty range. */
export const noValues: ValueRange = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY }

/** Receives measurements after they were counted. */
export interface MeasurementListener {
  /**
   * Values that the listener does not need, so that they are counted at full speed; undefined where it needs none. The
   * listener can still receive such values.
   */
  readonly ignored: (kpi: Kpi, place: MeasurementPlace) => ValueRange | undefined
  /** Runs in the caller's time, so it has to be quick. What it throws is caught. */
  readonly onMeasurement: (measurement: Measurement) => void
}

/** The slow path of a measurement: checks it, counts it, and passes it to the listeners. */
export interface MeasurementProcessor {
  /** Adds a listener; the returned function removes it. */
  listen(listener: MeasurementListener): () => void
  /** The valid values that all listeners ignore; of a counter, only whether the range is empty counts. */
  fastRange(kpi: Kpi, place: MeasurementPlace): ValueRange
  /** Counts a measurement or its refusal. Never throws. */
  process(kpi: Kpi, place: MeasurementPlace, accumulator: Accumulator, value: unknown): void
  /** Runs a function; its measurements carry the metadata. */
  withMetadata<Argument>(metadata: Metadata, run: (argument: Argument) => void, argument: Argument): void
}

/** @param listenersChanged called when the fast ranges of all accumulators have to be set again */
export function measurementProcessor(
  self: SelfMetrics,
  warn: WarningHandler,
  listenersChanged: () => void,
): MeasurementProcessor {
  const listeners = new Set<MeasurementListener>()
  let metadata: Metadata | undefined

  function notify(measurement: Measurement): void {
    for (const listener of listeners) {
      try {
        listener.onMeasurement(measurement)
      } catch (error) {
        warn({ code: 'HOOK_FAILED', message: `A listener to ${measurement.kpi.id} threw: ${String(error)}` })
      }
    }
  }

  return {
    listen(listener) {
      listeners.add(listener)
      listenersChanged()
      return () => {
        if (listeners.delete(listener)) listenersChanged()
      }
    },
    fastRange(kpi, place) {
      const valid = kpi.outcomes === undefined ? countedRange(kpi) : { min: 0, max: 0 }
      return [...listeners]
        .map((listener) => listener.ignored(kpi, place))
        .filter((range) => range !== undefined)
        .reduce<ValueRange>(
          (common, range) => ({
            min: Math.max(common.min, range.min),
            max: Math.min(common.max, range.max),
          }),
          { min: valid.min, max: valid.max },
        )
    },
    process(kpi, place, accumulator, value) {
      const refusal = refusalOf(kpi, value)
      if (refusal !== undefined) {
        self.refused(kpi, refusal, value)
        return
      }
      const counted = typeof value === 'number' ? countedValue(kpi, value) : (value as string)
      accumulator.add(counted as never)
      if (listeners.size > 0) {
        notify({ kpi, value: counted, place, accumulator, metadata })
      }
    },
    withMetadata(given, run, argument) {
      // A listener to this operation can record another operation.
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
