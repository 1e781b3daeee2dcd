import {
  compareSeverity,
  type Kpi,
  severityOf,
  type ThresholdSeverity,
  thresholdSeverities,
  thresholdsAt,
} from '@mnemoscope/kpi'
import type { WarningHandler } from '../guards/warn-once.js'
import type { Measurement, MeasurementPlace, ValueRange, Watcher } from '../handle/attention.js'
import type { Metadata } from '../handle/handle-types.js'
import { nextDown, nextUp } from './next-double.js'

/** One measurement beyond a threshold. */
export interface Breach extends MeasurementPlace {
  /** Id of the KPI. */
  readonly kpi: string
  /** Worst level whose threshold the value is at or beyond. */
  readonly severity: ThresholdSeverity
  readonly value: number
  readonly threshold: number
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly metadata: Metadata | undefined
}

/** Reacts to a breach. What it throws or rejects with is warned of and goes no further. */
export type BreachHandler = (breach: Breach) => void | Promise<void>

interface BreachWatcherOptions {
  /** The mildest level to hear of. */
  readonly level: ThresholdSeverity
  readonly handler: BreachHandler
  readonly cooldownMilliseconds: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Monotonic time in milliseconds, for the cooldown: a clock that is set must not prolong it. */
  readonly elapsed: () => number
  readonly warn: WarningHandler
}

/** Places remembered for their cooldown at the most; the oldest are forgotten first, and may be told of again. */
const rememberedPlaces = 10_000

/**
 * Calls a handler soon after a measurement beyond a threshold, never on the time of the one who records. After a call
 * it is quiet for the cooldown about the same KPI, model and context size, unless it gets worse.
 */
export function breachWatcher({
  level,
  handler,
  cooldownMilliseconds,
  now,
  elapsed,
  warn,
}: BreachWatcherOptions): Watcher {
  const told = new Map<string, { at: number; severity: ThresholdSeverity }>()

  function isNews(key: string, severity: ThresholdSeverity, at: number): boolean {
    const last = told.get(key)
    if (last === undefined || at - last.at >= cooldownMilliseconds) return true
    return compareSeverity(severity, last.severity) > 0
  }

  function call(breach: Breach): void {
    // Deferred, so that a slow handler costs the operation nothing; a promise's rejection is caught likewise.
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
    quiet: (kpi, place) => harmless(kpi, place, level),
    heard(measurement) {
      const breach = breachOf(measurement, now())
      if (breach === undefined || compareSeverity(breach.severity, level) < 0) return
      const key = `${breach.kpi}\u0000${breach.model}\u0000${breach.contextSize}`
      const at = elapsed()
      if (!isNews(key, breach.severity, at)) return
      told.delete(key)
      told.set(key, { at, severity: breach.severity })
      if (told.size > rememberedPlaces) told.delete(told.keys().next().value as string)
      call(breach)
    },
  }
}

/** The values of a KPI that breach no threshold of a level or a worse one; undefined where it has none. */
export function harmless(
  kpi: Kpi,
  place: MeasurementPlace,
  level: ThresholdSeverity,
): ValueRange | undefined {
  if (kpi.outcomes !== undefined) return undefined
  const thresholds = thresholdsAt(kpi, place)
  const mildest = thresholdSeverities
    .filter((severity) => compareSeverity(severity, level) >= 0)
    .map((severity) => thresholds[severity])
    .find((threshold) => threshold !== undefined)
  if (mildest === undefined) return undefined
  // At the threshold is a breach, so the harmless values end right beside it.
  return kpi.direction === 'higher_is_better'
    ? { min: nextUp(mildest), max: kpi.range.max }
    : { min: kpi.range.min, max: nextDown(mildest) }
}

function breachOf({ kpi, value, place, metadata }: Measurement, at: number): Breach | undefined {
  if (typeof value !== 'number') return undefined
  const thresholds = thresholdsAt(kpi, place)
  const severity = severityOf(kpi.direction, thresholds, value)
  if (severity === undefined) return undefined
  return { kpi: kpi.id, severity, value, threshold: thresholds[severity] as number, at, metadata, ...place }
}
