import {
  compareSeverity,
  type Kpi,
  severityOf,
  type ThresholdSeverity,
  type Thresholds,
  thresholdSeverities,
} from '@mnemoscope/kpi'
import { isSpanContextValid, trace } from '@opentelemetry/api'
import { catchRejection, type WarningHandler } from '../guards/warnings.js'
import type { Metadata } from './handle-types.js'
import {
  type Measurement,
  type MeasurementListener,
  type MeasurementPlace,
  noValues,
  type ValueRange,
} from './processor.js'
import type { ThresholdsInUse } from './thresholds-in-use.js'

/** One measurement beyond a threshold. */
export interface Breach extends MeasurementPlace {
  /** Id of the KPI. */
  readonly kpi: string
  /** The worst level with a threshold that the value reaches. */
  readonly severity: ThresholdSeverity
  readonly value: number
  readonly threshold: number
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly metadata: Metadata | undefined
}

/** Reacts to a breach. If it throws or rejects, that is only warned about. */
export type BreachHandler = (breach: Breach) => void | Promise<void>

interface BreachListenerOptions {
  readonly thresholds: Pick<ThresholdsInUse, 'at'>
  /** The mildest level to call the handler for. */
  readonly level: ThresholdSeverity
  readonly handler: BreachHandler
  readonly cooldownMilliseconds: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Monotonic milliseconds. With a wall clock, a change of the time would change the cooldown. */
  readonly elapsed: () => number
  readonly warn: WarningHandler
}

/** Number of cooldowns that are kept. Beyond it the oldest one is dropped, and its place can be notified again. */
const keptCooldowns = 10_000

/**
 * Calls a handler soon after a measurement that reaches a threshold, never in the caller's time. Then there is no call
 * for the same KPI, model and context size during the cooldown, unless the level gets worse.
 */
export function breachListener({
  thresholds,
  level,
  handler,
  cooldownMilliseconds,
  now,
  elapsed,
  warn,
}: BreachListenerOptions): MeasurementListener {
  const notified = new Map<string, { at: number; severity: ThresholdSeverity }>()

  function shouldNotify(key: string, severity: ThresholdSeverity, at: number): boolean {
    const last = notified.get(key)
    if (last === undefined || at - last.at >= cooldownMilliseconds) return true
    return compareSeverity(severity, last.severity) > 0
  }

  function call(breach: Breach): void {
    // Deferred, so that a slow handler does not slow the operation. The rejection of a promise is caught too.
    setImmediate(async () => {
      try {
        await handler(breach)
      } catch (error) {
        warn({
          code: 'HOOK_FAILED',
          message: `A reaction to a breach of ${breach.kpi} failed: ${String(error)}`,
        })
      }
    })
  }

  return {
    ignored: (kpi, place) => rangeWithoutBreach(kpi, thresholds.at(kpi, place), level),
    onMeasurement(measurement) {
      const breach = breachOf(measurement, thresholds.at(measurement.kpi, measurement.place), now())
      if (breach === undefined || compareSeverity(breach.severity, level) < 0) return
      const key = `${breach.kpi}\u0000${breach.model}\u0000${breach.contextSize}`
      const at = elapsed()
      if (!shouldNotify(key, breach.severity, at)) return
      notified.delete(key)
      notified.set(key, { at, severity: breach.severity })
      if (notified.size > keptCooldowns) notified.delete(notified.keys().next().value as string)
      call(breach)
    },
  }
}

/** The values of a KPI that reach no threshold of a level or a worse one; undefined where there is no such threshold. */
export function rangeWithoutBreach(
  kpi: Kpi,
  thresholds: Thresholds,
  level: ThresholdSeverity,
): ValueRange | undefined {
  if (kpi.outcomes !== undefined) return undefined
  const mildest = thresholdSeverities
    .filter((severity) => compareSeverity(severity, level) >= 0)
    .map((severity) => thresholds[severity])
    .find((threshold) => threshold !== undefined)
  if (mildest === undefined) return undefined
  // A value at the threshold is a breach, so the range ends at the next double.
  return kpi.direction === 'higher_is_better'
    ? { min: nextUp(mildest), max: kpi.range.max }
    : { min: kpi.range.min, max: nextDown(mildest) }
}

function breachOf(
  { kpi, value, place, metadata }: Measurement,
  thresholds: Thresholds,
  at: number,
): Breach | undefined {
  if (typeof value !== 'number') return undefined
  const severity = severityOf(kpi.direction, thresholds, value)
  if (severity === undefined) return undefined
  return { kpi: kpi.id, severity, value, threshold: thresholds[severity] as number, at, metadata, ...place }
}

/** The smallest double above a finite one. */
export function nextUp(value: number): number {
  if (value === 0) return Number.MIN_VALUE
  return step(value, value > 0 ? 1n : -1n)
}

/** The largest double below a finite one. */
export function nextDown(value: number): number {
  return -nextUp(-value)
}

/** Doubles of one sign have the same order as their bits. https://ieeexplore.ieee.org/document/8766229 */
function step(value: number, by: bigint): number {
  const bits = new BigInt64Array(new Float64Array([value]).buffer)
  bits[0] = (bits[0] as bigint) + by
  return new Float64Array(bits.buffer)[0] as number
}

/** A single measurement, with what a metric can't carry. */
export interface TakenMeasurement extends MeasurementPlace {
  /** Id of the KPI. */
  readonly kpi: string
  /** A number in the KPI's unit, or the outcome that was counted. */
  readonly value: number | string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly metadata: Metadata | undefined
  /** The active trace when it was recorded, if there was one. */
  readonly traceId: string | undefined
  readonly spanId: string | undefined
}

/**
 * Receives each measurement in the caller's time, so it has to be quick. If it throws or rejects, that is only warned
 * about.
 */
export type MeasurementHandler = (measurement: TakenMeasurement) => void

/** Calls a handler with each measurement of each KPI. */
export function measurementListener(
  handler: MeasurementHandler,
  now: () => number,
  warn: WarningHandler,
): MeasurementListener {
  const failed = (error: unknown) =>
    warn({ code: 'HOOK_FAILED', message: `A handler of measurements failed: ${String(error)}` })
  return {
    ignored: () => noValues,
    onMeasurement({ kpi, value, place, metadata }) {
      const span = trace.getActiveSpan()?.spanContext()
      // With tracing off or suppressed there is a span too; its ids are zeros.
      const { traceId, spanId } = span !== undefined && isSpanContextValid(span) ? span : {}
      catchRejection(handler({ kpi: kpi.id, value, at: now(), metadata, traceId, spanId, ...place }), failed)
    },
  }
}
