import { type Kpi, outcomesOf } from '@mnemoscope/kpi'
import type { Accumulator } from '../accumulator/accumulator.js'
import { type CountedOutcomes, CounterAccumulator, countedOutcomes } from '../accumulator/counter.js'
import { GaugeAccumulator } from '../accumulator/gauge.js'
import { histogramClass, histogramSlots, paddedBoundaries } from '../accumulator/histogram.js'
import type { Series } from '../accumulator/series.js'
import { latestFamily, measuredFamily } from '../metric/family.js'
import { type Metric, metric } from '../metric/metric.js'
import { combinations } from './labelled.js'

/** A KPI's metric, and how its accumulators are made. */
export interface KpiMetric {
  readonly kpi: Kpi
  readonly metric: Metric
  /** Combinations of the KPI's own labels; one empty one where it has none. */
  readonly combinations: readonly Readonly<Record<string, string>>[]
  /** Slots of one accumulator in a handle's slab. */
  readonly slots: number
  create(series: Series, slab: Float64Array, at: number): Accumulator
}

/**
 * The metric of a KPI, without series yet.
 * @param valid whether a gauge's value that was read can be shown; counts it where not
 */
export function kpiMetric(kpi: Kpi, valid: (kpi: Kpi, value: unknown) => boolean): KpiMetric {
  return {
    kpi,
    metric: metric(measuredFamily(kpi), latestFamily(kpi)),
    combinations: combinations(kpi.labels),
    ...accumulators(kpi, valid),
  }
}

function accumulators(
  kpi: Kpi,
  valid: (kpi: Kpi, value: unknown) => boolean,
): Pick<KpiMetric, 'slots' | 'create'> {
  if (kpi.instrument === 'histogram') {
    const padded = paddedBoundaries(kpi.boundaries)
    const Histogram = histogramClass(kpi.boundaries.length)
    const buckets = kpi.boundaries.length + 1
    return {
      slots: histogramSlots(kpi.boundaries.length),
      create: (series, slab, at) => new Histogram(series, slab, at, padded, buckets, kpi.range.integer),
    }
  }
  if (kpi.instrument === 'counter') {
    const counted = outcomesOfKpi(kpi)
    return {
      slots: counted.outcomes.length + 1,
      create: (series, slab, at) => new CounterAccumulator(series, slab, at, counted),
    }
  }
  return {
    slots: 0,
    create: (series) => new GaugeAccumulator(series, kpi.range.integer, (value) => valid(kpi, value)),
  }
}

function outcomesOfKpi(kpi: Kpi): CountedOutcomes {
  return countedOutcomes(kpi.outcomes?.label, outcomesOf(kpi), (outcome) => {
    if (kpi.outcomes?.counted.includes(outcome)) return 1
    return kpi.outcomes?.others.includes(outcome) ? 0 : Number.NaN
  })
}
