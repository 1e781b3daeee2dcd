import { names } from '@mnemoscope/kpi'
import type { ReadValue } from '../accumulate/gauge.js'
import type { Use } from '../accumulate/idle.js'
import type { KpiMetric } from '../accumulate/kpi-metric.js'
import type { Accumulator } from '../accumulate/metric.js'
import type { SelfMetrics } from '../accumulate/self-metrics.js'
import { labelSet, withLabels } from '../accumulate/series.js'
import type { Handle, Metadata } from './handle-types.js'
import { timed } from './measured.js'
import { type MeasurementPlace, type MeasurementProcessor, noValues } from './processor.js'

/** A handle and its state in the registry. */
export interface HandleEntry extends Use {
  readonly place: MeasurementPlace
  readonly handle: Handle
  /** Its accumulators, in the same order for each handle of a monitor. */
  readonly accumulators: readonly KpiAccumulator[]
  /** Whether its series were removed. Its measurements then take the slow path. */
  evicted: boolean
}

export interface KpiAccumulator {
  readonly of: KpiMetric
  readonly accumulator: Accumulator
}

/** What a handle's accumulators need from the registry. Each accumulator has an index in its handle. */
export interface EntryOwner {
  /** Takes a value outside an accumulator's fast range. */
  slowPath(entry: HandleEntry, index: number, value: unknown): void
  /** The accumulator that counts now: the same one, or another one after an eviction. */
  active(entry: HandleEntry, index: number): Accumulator
}

/**
 * Creates a handle. All its accumulators share one slab, and have no fast range before `setFastRanges`.
 * @param createdAt milliseconds since the epoch
 * @param activeAt monotonic milliseconds
 */
export function handleEntry(
  place: MeasurementPlace,
  kpis: readonly KpiMetric[],
  context: HandleContext,
  { createdAt, activeAt }: { readonly createdAt: number; readonly activeAt: number },
  owner: EntryOwner,
): HandleEntry {
  const labels = labelSet({
    [names.label.model]: place.model,
    [names.label.contextSize]: place.contextSize,
    [names.label.operation]: place.operation,
  })
  const slab = new Float64Array(
    kpis.reduce((all, { slots, combinations }) => all + slots * combinations.length, 0),
  )
  const accumulators: KpiAccumulator[] = []
  const recorders: Record<string, AnyRecorder> = {}
  let at = 0
  for (const of of kpis) {
    const byValues = new Map<string, Accumulator>()
    const ownNames = Object.keys(of.kpi.labels)
    for (const combination of of.combinations) {
      const index = accumulators.length
      const series = {
        labels: ownNames.length === 0 ? labels : withLabels(labels, combination),
        createdAt,
        slowPath: (value: unknown) => owner.slowPath(entry, index, value),
        active: () => owner.active(entry, index),
      }
      const accumulator = of.create(series, slab, at)
      at += of.slots
      accumulators.push({ of, accumulator })
      byValues.set(valuesKey(ownNames, combination), accumulator)
    }
    recorders[of.kpi.id] =
      ownNames.length === 0
        ? ((accumulators.at(-1) as KpiAccumulator).accumulator as AnyRecorder)
        : new LabelledAccumulators(ownNames, byValues, () => context.self.refused(of.kpi, 'unknown_label'))
  }
  const entry: HandleEntry = {
    place,
    handle: boundHandle(recorders, context),
    accumulators,
    evicted: false,
    counted: 0,
    activeAt,
  }
  return entry
}

/** Sets the fast ranges of a handle's accumulators; they have none while it is evicted. */
export function setFastRanges(entry: HandleEntry, { processor }: Pick<HandleContext, 'processor'>): void {
  for (const { of, accumulator } of entry.accumulators) {
    const { min, max } = entry.evicted ? noValues : processor.fastRange(of.kpi, entry.place)
    if (accumulator.kind === 'counter') accumulator.setFast(min <= max)
    else accumulator.setFastRange(min, max)
  }
}

/** Starts the series of a handle again, at zero: what they counted before their end must not count as new. */
export function restart(entry: HandleEntry, createdAt: number): void {
  for (const { accumulator } of entry.accumulators) accumulator.restart(createdAt)
  entry.counted = 0
}

/** Number of measurements of all KPIs so far; infinite where a gauge is observed. */
export function measurements(entry: HandleEntry): number {
  let count = 0
  for (const { accumulator } of entry.accumulators) {
    if (accumulator.kind === 'gauge' && accumulator.observed()) return Number.POSITIVE_INFINITY
    count += accumulator.count()
  }
  return count
}

/** Takes measurements of one KPI. */
interface AnyRecorder {
  record(value: unknown, labels?: unknown): void
}

/** Shared by all handles of a monitor. */
export interface HandleContext {
  readonly processor: MeasurementProcessor
  readonly self: SelfMetrics
  /** Monotonic milliseconds. */
  readonly clock: () => number
}

/** The public handle: a property for each KPI, and the functions for all KPIs together. */
function boundHandle(
  recorders: Readonly<Record<string, AnyRecorder>>,
  { processor, self, clock }: HandleContext,
): Handle {
  const latency = recorders.latency as AnyRecorder

  // An application's objects usually have their keys in the same order. To compare a key with the last one at its
  // position is cheaper than a look-up.
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
        if (recorder === undefined) self.refusedUnknown(key)
        else recorder.record(value)
      }
    } catch {
      // Only a getter of the caller's object can throw here. It must not make the caller's operation fail.
    }
  }

  function recordLatency(seconds: number | undefined): void {
    if (seconds !== undefined) latency.record(seconds)
  }

  const together = {
    operation(values: Readonly<Record<string, unknown>>, metadata?: Metadata): void {
      if (metadata === undefined) recordAll(values)
      // A closure over the values would be allocated in each call, even without metadata.
      else processor.withMetadata(metadata, recordAll, values)
    },
    time: <Result>(run: () => Result): Result => timed(run, clock, recordLatency),
  }
  return { ...recorders, ...together } as unknown as Handle
}

/** Called for a measurement with undeclared labels. Never throws. */
type UnknownLabels = () => void

/** The accumulators of a KPI that declares labels: one for each combination of their values. */
class LabelledAccumulators {
  constructor(
    private readonly names: readonly string[],
    private readonly byValues: ReadonlyMap<string, Accumulator>,
    private readonly unknown: UnknownLabels,
  ) {}

  record(value: never, labels: unknown): void {
    const accumulator = this.find(labels)
    if (accumulator === undefined) this.unknown()
    else accumulator.record(value)
  }

  observe(read: ReadValue, labels: unknown): void {
    const accumulator = this.find(labels)
    if (accumulator?.kind === 'gauge') accumulator.observe(read)
    else this.unknown()
  }

  private find(labels: unknown): Accumulator | undefined {
    if (typeof labels !== 'object' || labels === null) return undefined
    try {
      return this.byValues.get(valuesKey(this.names, labels as Record<string, unknown>))
    } catch {
      // A getter of the caller's object threw. It must not make the caller fail.
      return undefined
    }
  }
}

/** The key of a combination: the values in the order of the label names. */
function valuesKey(names: readonly string[], labels: Readonly<Record<string, unknown>>): string {
  return names.map((name) => labels[name]).join('\u0000')
}
