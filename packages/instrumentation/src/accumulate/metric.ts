import { hasSum, type Instrument, type Kpi, names, prometheusName } from '@mnemoscope/kpi'
import type { CounterAccumulator } from './counter.js'
import type { GaugeAccumulator, ReadValue } from './gauge.js'
import type { HistogramAccumulator } from './histogram.js'

/** Adds up the measurements of one series. */
export type Accumulator = HistogramAccumulator | CounterAccumulator | GaugeAccumulator

/** What all series of one metric share, for OpenTelemetry and for Prometheus. */
export interface Family {
  /** OpenTelemetry name: `mnemoscope.latency`. */
  readonly name: string
  /** Name in Prometheus: `mnemoscope_latency_seconds`, counters with `_total`. */
  readonly prometheusName: string
  readonly unit: string
  readonly description: string
  readonly instrument: Instrument
  /** Ascending upper bounds of the buckets, without +Inf; empty unless a histogram. */
  readonly boundaries: readonly number[]
  /** Whether the sum of a histogram is written: of values below 0 it could fall, like that of a process that restarted. */
  readonly hasSum: boolean
}

/** The family of a KPI's measurements. */
export function measuredFamily(kpi: Kpi): Family {
  return {
    ...family(names.otelMetric(kpi), kpi.instrument, kpi.description, kpi.boundaries),
    hasSum: hasSum(kpi),
  }
}

/** The family of the gauge with a KPI's latest value; undefined for a KPI that is a gauge itself. */
export function latestFamily(kpi: Kpi): Family | undefined {
  if (kpi.instrument === 'gauge') return undefined
  return family(names.otelLatest(kpi), 'gauge', `Latest value: ${kpi.description}`)
}

/** A family; its Prometheus name is made from its OpenTelemetry name and unit. */
export function family(
  { name, unit }: { readonly name: string; readonly unit: string },
  instrument: Instrument,
  description: string,
  boundaries: readonly number[] = [],
): Family {
  return {
    name,
    prometheusName: prometheusName(name, unit, instrument),
    unit,
    description,
    instrument,
    boundaries,
    hasSum: true,
  }
}

/** One metric with its series, oldest first. */
export interface Metric {
  readonly family: Family
  /** Gauge of the latest value beside a histogram or counter. */
  readonly latest: Family | undefined
  readonly series: ReadonlySet<Accumulator>
  /** Grows when a series is added or removed. */
  readonly revision: number
  add(accumulator: Accumulator): void
  remove(accumulator: Accumulator): void
}

export function metric(family: Family, latest?: Family): Metric {
  const series = new Set<Accumulator>()
  let revision = 0
  return {
    family,
    latest,
    series,
    get revision() {
      return revision
    },
    add(accumulator) {
      series.add(accumulator)
      revision++
    },
    remove(accumulator) {
      series.delete(accumulator)
      revision++
    },
  }
}

/** One collection of all metrics, for a scrape or a reader. */
export interface Collection {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Reads the value of the gauge with this OpenTelemetry name where the application gives none. */
  readonly fallback: (name: string) => ReadValue | undefined
}

/**
 * @param fallbacks reads by OpenTelemetry name; each runs at most once in a collection, for all series
 */
export function collection(at: number, fallbacks: Readonly<Record<string, () => number>>): Collection {
  const read = new Map<string, number>()
  return {
    at,
    fallback(name) {
      const fallback = fallbacks[name]
      if (fallback === undefined) return undefined
      return () => {
        const known = read.get(name)
        if (known !== undefined) return known
        const value = fallback()
        read.set(name, value)
        return value
      }
    },
  }
}
