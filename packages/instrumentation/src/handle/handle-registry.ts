import { type Config, contextSizeClass, durationSeconds, names } from '@mnemoscope/kpi'
import { cleanLabel } from '../guards/clean-label.js'
import { isIdle, sweeping } from '../guards/idle.js'
import type { RepairableLabel } from '../guards/self-metrics.js'
import type { WarningHandler } from '../guards/warn-once.js'
import type { MeasurementPlace } from './attention.js'
import type { HandleContext } from './bound-handle.js'
import {
  type EntryOwner,
  type HandleEntry,
  handleEntry,
  type KpiAccumulator,
  measurements,
  setCalm,
} from './handle-entry.js'
import type { HandleLabels } from './handle-types.js'
import type { KpiMetric } from './kpi-metric.js'

/** All handles of a monitor by their labels, within a limit that holds for the life of the process. */
export interface HandleRegistry {
  /** The handle for these labels, created on first use; past the limit, the overflow handle. Never throws. */
  resolve(labels: HandleLabels): HandleEntry
  /** Retires handles that were idle for longer than configured, at a monotonic time in milliseconds. */
  sweep(at: number): void
  /** Sets the calm ranges of all handles anew. */
  calm(): void
  /** Handles in use, without the overflow handle. */
  size(): number
}

export interface RegistryContext extends HandleContext {
  readonly config: Config
  readonly kpis: readonly KpiMetric[]
  readonly warn: WarningHandler
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Monotonic time in milliseconds, which never throws: a wall clock that is set must not end series. */
  readonly elapsed: () => number
}

const overflowPlace: MeasurementPlace = {
  model: names.standIn.overflow,
  contextSize: names.standIn.overflow,
  operation: names.standIn.overflow,
}

const defaultOperation = 'default'

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
    const entry = handleEntry(place, kpis, context, { born: now(), activeAt: elapsed() }, owner)
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
    entry.retired = false
    entry.activeAt = elapsed()
    for (const { of, accumulator } of entry.accumulators) of.metric.join(accumulator)
    setCalm(entry, context)
  }

  function retire(entry: HandleEntry): void {
    const { model, contextSize, operation } = entry.place
    const ofModel = entries.get(model)
    const ofOperation = ofModel?.get(operation)
    ofOperation?.delete(contextSize)
    if (ofOperation?.size === 0) ofModel?.delete(operation)
    if (ofModel?.size === 0) entries.delete(model)
    size--
    entry.retired = true
    for (const { of, accumulator } of entry.accumulators) of.metric.leave(accumulator)
    setCalm(entry, context)
  }

  function fold(): HandleEntry {
    self.overflowed()
    warn({
      code: 'CARDINALITY_LIMIT',
      message:
        `${maxSeries} combinations of model, context size and operation are in use; further ones share the series ` +
        `model="${names.standIn.overflow}". Check that no id is used as a model or operation, ` +
        'or raise instrumentation.maxSeries.',
    })
    if (overflow === undefined) {
      overflow = handleEntry(overflowPlace, kpis, context, { born: now(), activeAt: elapsed() }, owner)
      activate(overflow)
    }
    return overflow
  }

  /** A retired handle that is used again gets its series back, or hands over to whoever took its place. */
  function standing(entry: HandleEntry): HandleEntry {
    if (!entry.retired) return entry
    const other = find(entry.place)
    if (other !== undefined) return other
    if (size >= maxSeries) sweep(elapsed())
    if (size >= maxSeries) return fold()
    register(entry)
    return entry
  }

  const owner: EntryOwner = {
    unusual(entry, index, value) {
      const target = standing(entry)
      const { of, accumulator } = target.accumulators[index] as KpiAccumulator
      context.attention.take(of.kpi, target.place, accumulator, value)
    },
    inUse: (entry, index) => (standing(entry).accumulators[index] as KpiAccumulator).accumulator,
  }

  const sweep = sweeping(evictAfter, elapsed(), (at) => {
    for (const ofModel of entries.values()) {
      for (const ofOperation of ofModel.values()) {
        for (const entry of ofOperation.values()) {
          if (isIdle(entry, measurements(entry), at, evictAfter)) retire(entry)
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
      // No object, or one whose getters throw: all labels are unknown.
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
        `A ${label} was no usable label. Models and operations are text of 1 to 128 characters without control ` +
        'characters, context sizes are numbers of tokens above 0.',
    })
  }

  return {
    resolve,
    sweep,
    calm() {
      for (const ofModel of entries.values()) {
        for (const ofOperation of ofModel.values()) {
          for (const entry of ofOperation.values()) setCalm(entry, context)
        }
      }
      if (overflow !== undefined) setCalm(overflow, context)
    },
    size: () => size,
  }
}
