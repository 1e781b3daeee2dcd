import { type Kpi, outcomesOf } from '@mnemoscope/kpi'
import { type CountedOutcomes, CounterAccumulator, countedOutcomes } from './counter.js'
import { GaugeAccumulator } from './gauge.js'
import { histogramClass, histogramSlots, paddedBoundaries } from './histogram.js'
import { type Accumulator, latestFamily, type Metric, measuredFamily, metric } from './metric.js'
import type { Series } from './series.js'

/** The metric of a KPI, and how to create its accumulators. */
export interface KpiMetric {
  readonly kpi: Kpi
  readonly metric: Metric
  /** All combinations of the KPI's labels; one empty combination where it has none. */
  readonly combinations: readonly Readonly<Record<string, string>>[]
  /** Number of slots of one accumulator. */
  readonly slots: number
  create(series: Series, slab: Float64Array, at: number): Accumulator
}

/**
 * The metric of a KPI, without series yet.
 * @param check returns the value to show for one that a gauge read, undefined for a refused one
 */
export function kpiMetric(kpi: Kpi, check: (kpi: Kpi, value: unknown) => number | undefined): KpiMetric {
  return {
    kpi,
    metric: metric(measuredFamily(kpi), latestFamily(kpi)),
    combinations: combinations(kpi.labels),
    ...accumulators(kpi, check),
  }
}

function accumulators(
  kpi: Kpi,
  check: (kpi: Kpi, value: unknown) => number | undefined,
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
    create: (series) => new GaugeAccumulator(series, kpi.range.integer, (value) => check(kpi, value)),
  }
}

function outcomesOfKpi(kpi: Kpi): CountedOutcomes {
  return countedOutcomes(kpi.outcomes?.label, outcomesOf(kpi), (outcome) => {
    if (kpi.outcomes?.counted.includes(outcome)) return 1
    return kpi.outcomes?.others.includes(outcome) ? 0 : Number.NaN
  })
}

/** All combinations of the labels' values; one empty combination where there are no labels. */
function combinations(
  labels: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, string>>[] {
  return Object.entries(labels).reduce<Record<string, string>[]>(
    (all, [name, values]) => all.flatMap((each) => values.map((value) => ({ ...each, [name]: value }))),
    [{}],
  )
}
