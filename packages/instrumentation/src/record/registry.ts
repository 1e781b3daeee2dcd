import { type Config, contextSizeClass, durationSeconds, names } from '@mnemoscope/kpi'
import { isIdle, sweeping } from '../accumulate/idle.js'
import type { KpiMetric } from '../accumulate/kpi-metric.js'
import type { RepairableLabel } from '../accumulate/self-metrics.js'
import { cleanLabel } from '../accumulate/series.js'
import type { WarningHandler } from '../guards/warnings.js'
import {
  type EntryOwner,
  type HandleContext,
  type HandleEntry,
  handleEntry,
  type KpiAccumulator,
  measurements,
  restart,
  setFastRanges,
} from './handle.js'
import type { HandleLabels } from './handle-types.js'
import type { MeasurementPlace } from './processor.js'

/** All handles of a monitor by their labels. Their number is limited at each moment of the process. */
export interface HandleRegistry {
  /** The handle for these labels, created on first use; beyond the limit, the overflow handle. Never throws. */
  resolve(labels: HandleLabels): HandleEntry
  /** Evicts handles that were idle for `evictAfter`. Takes monotonic milliseconds. */
  sweep(at: number): void
  /** Sets the fast ranges of all handles again. */
  updateFastRanges(): void
  /** Number of handles, without the overflow handle. */
  size(): number
}

export interface RegistryContext extends HandleContext {
  readonly config: Config
  readonly kpis: readonly KpiMetric[]
  readonly warn: WarningHandler
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Monotonic milliseconds; never throws. With a wall clock, a change of the time would end series. */
  readonly elapsed: () => number
}

const overflowPlace: MeasurementPlace = {
  model: names.standIn.overflow,
  contextSize: names.standIn.overflow,
  operation: names.standIn.overflow,
}

export const defaultOperation = 'default'

export function handleRegistry(context: RegistryContext): HandleRegistry {
  const { config, kpis, self, warn, now, elapsed } = context
  const { maxSeries } = config.instrumentation
  const evictAfter = durationSeconds(config.instrumentation.evictAfter) * 1_000
  const entries = new Map<string, Map<string, Map<string, HandleEntry>>>()
  let size = 0
  let overflow: HandleEntry | undefined

  function find({ model, contextSize, operation }: MeasurementPlace): HandleEntry | undefined {
    return entries.get(model)?.get(operation)?.get(contextSize)
  }

  function resolve(labels: HandleLabels): HandleEntry {
    const place = placeOf(labels)
    return find(place) ?? admit(place)
  }

  function admit(place: MeasurementPlace): HandleEntry {
    if (size >= maxSeries) sweep(elapsed())
    if (size >= maxSeries) return fold()
    const entry = handleEntry(place, kpis, context, { createdAt: now(), activeAt: elapsed() }, owner)
    register(entry)
    return entry
  }

  function register(entry: HandleEntry): void {
    const { model, contextSize, operation } = entry.place
    const ofModel = entries.get(model) ?? new Map<string, Map<string, HandleEntry>>()
    entries.set(model, ofModel)
    const ofOperation = ofModel.get(operation) ?? new Map<string, HandleEntry>()
    ofModel.set(operation, ofOperation)
    ofOperation.set(contextSize, entry)
    size++
    activate(entry)
  }

  function activate(entry: HandleEntry): void {
    entry.evicted = false
    entry.activeAt = elapsed()
    for (const { of, accumulator } of entry.accumulators) of.metric.add(accumulator)
    setFastRanges(entry, context)
  }

  function evict(entry: HandleEntry): void {
    const { model, contextSize, operation } = entry.place
    const ofModel = entries.get(model)
    const ofOperation = ofModel?.get(operation)
    ofOperation?.delete(contextSize)
    if (ofOperation?.size === 0) ofModel?.delete(operation)
    if (ofModel?.size === 0) entries.delete(model)
    size--
    entry.evicted = true
    for (const { of, accumulator } of entry.accumulators) of.metric.remove(accumulator)
    setFastRanges(entry, context)
  }

  function fold(): HandleEntry {
    self.overflowed()
    warn({
      code: 'CARDINALITY_LIMIT',
      message:
        `${maxSeries} combinations of model, context size and operation are in use, which is the limit. New ones share ` +
        `the series model="${names.standIn.overflow}". Check that no id is used as a model or operation, or raise ` +
        'instrumentation.maxSeries.',
    })
    if (overflow === undefined) {
      overflow = handleEntry(overflowPlace, kpis, context, { createdAt: now(), activeAt: elapsed() }, owner)
      activate(overflow)
    }
    return overflow
  }

  /** The handle that counts for this one: after an eviction another one with its labels, or itself with new series. */
  function activeEntry(entry: HandleEntry): HandleEntry {
    if (!entry.evicted) return entry
    const other = find(entry.place)
    if (other !== undefined) return other
    if (size >= maxSeries) sweep(elapsed())
    if (size >= maxSeries) return fold()
    restart(entry, now())
    register(entry)
    return entry
  }

  const owner: EntryOwner = {
    slowPath(entry, index, value) {
      const target = activeEntry(entry)
      const { of, accumulator } = target.accumulators[index] as KpiAccumulator
      context.processor.process(of.kpi, target.place, accumulator, value)
    },
    active: (entry, index) => (activeEntry(entry).accumulators[index] as KpiAccumulator).accumulator,
  }

  const sweep = sweeping(evictAfter, elapsed(), (at) => {
    for (const ofModel of entries.values()) {
      for (const ofOperation of ofModel.values()) {
        for (const entry of ofOperation.values()) {
          if (isIdle(entry, measurements(entry), at, evictAfter)) evict(entry)
        }
      }
    }
  })

  function placeOf(labels: HandleLabels): MeasurementPlace {
    let given: Partial<Record<keyof HandleLabels, unknown>> = {}
    try {
      const { model, contextSize, operation } = labels
      given = { model, contextSize, operation }
    } catch {
      // Not an object, or its getters throw: all labels are unknown.
    }
    return {
      model: usable('model', given.model),
      contextSize: sizeClass(given.contextSize),
      operation: given.operation === undefined ? defaultOperation : usable('operation', given.operation),
    }
  }

  function usable(label: RepairableLabel, value: unknown): string {
    const clean = cleanLabel(value)
    if (clean !== value) repaired(label)
    return clean
  }

  function sizeClass(contextSize: unknown): string {
    if (typeof contextSize === 'number' && contextSize > 0)
      return contextSizeClass(config.contextSizes, contextSize)
    repaired('context_size')
    return names.standIn.unknown
  }

  function repaired(label: RepairableLabel): void {
    self.repaired(label)
    warn({
      code: 'LABEL_REPAIRED',
      message:
        `An invalid ${label} was replaced or corrected. Give models and operations as text of 1 to 128 characters ` +
        'without control characters, and context sizes as numbers of tokens above 0.',
    })
  }

  return {
    resolve,
    sweep,
    updateFastRanges() {
      for (const ofModel of entries.values()) {
        for (const ofOperation of ofModel.values()) {
          for (const entry of ofOperation.values()) setFastRanges(entry, context)
        }
      }
      if (overflow !== undefined) setFastRanges(overflow, context)
    },
    size: () => size,
  }
}
