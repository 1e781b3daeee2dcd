import { names } from '@mnemoscope/kpi'
import type { Accumulator } from '../accumulator/accumulator.js'
import type { Use } from '../guards/idle.js'
import { labelSet, withLabels } from '../metric/label-set.js'
import { emptyRange, type MeasurementPlace } from './attention.js'
import { type AnyRecorder, boundHandle, type HandleContext } from './bound-handle.js'
import type { Handle } from './handle-types.js'
import type { KpiMetric } from './kpi-metric.js'
import { LabelledAccumulators, valuesKey } from './labelled.js'

/** A handle with what the registry knows about it. */
export interface HandleEntry extends Use {
  readonly place: MeasurementPlace
  readonly handle: Handle
  /** Its accumulators, in the same order for every handle of a monitor. */
  readonly accumulators: readonly KpiAccumulator[]
  /** Whether it was evicted: its series are gone, and its measurements go where the registry sends them. */
  retired: boolean
}

export interface KpiAccumulator {
  readonly of: KpiMetric
  readonly accumulator: Accumulator
}

/** What the accumulators of a handle ask of its registry, each by its index. */
export interface EntryOwner {
  /** Takes what an accumulator finds unusual. */
  unusual(entry: HandleEntry, index: number, value: unknown): void
  /** The accumulator that counts in place of one, which may be itself. */
  inUse(entry: HandleEntry, index: number): Accumulator
}

/**
 * Creates a handle with all its accumulators in one slab. Their values are unusual until `setCalm`.
 * @param born milliseconds since the epoch
 * @param activeAt monotonic time in milliseconds
 */
export function handleEntry(
  place: MeasurementPlace,
  kpis: readonly KpiMetric[],
  context: HandleContext,
  { born, activeAt }: { readonly born: number; readonly activeAt: number },
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
        born,
        unusual: (_: Accumulator, value: unknown) => owner.unusual(entry, index, value),
        inUse: () => owner.inUse(entry, index),
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
    retired: false,
    counted: 0,
    activeAt,
  }
  return entry
}

/** Sets which values of a handle are counted with no further thought: none while it is retired. */
export function setCalm(entry: HandleEntry, { attention }: Pick<HandleContext, 'attention'>): void {
  for (const { of, accumulator } of entry.accumulators) {
    const { min, max } = entry.retired ? emptyRange : attention.calm(of.kpi, entry.place)
    if (accumulator.kind === 'counter') accumulator.setCalm(min <= max)
    else accumulator.setCalm(min, max)
  }
}

/** Number of measurements of all KPIs so far; infinite where the application has a value read. */
export function measurements(entry: HandleEntry): number {
  let count = 0
  for (const { accumulator } of entry.accumulators) {
    if (accumulator.kind === 'gauge' && accumulator.observed()) return Number.POSITIVE_INFINITY
    count += accumulator.count()
  }
  return count
}
