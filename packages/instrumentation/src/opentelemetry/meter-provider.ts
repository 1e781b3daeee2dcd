import type { BatchObservableResult, Meter, MeterProvider, Observable } from '@opentelemetry/api'
import type { KpiMetric } from '../accumulate/kpi-metric.js'
import type { Accumulator, Collection, Family, Metric } from '../accumulate/metric.js'
import { type MeasurementListener, noValues } from '../record/processor.js'
import { scope } from './metric-producer.js'

/** The monitor's metrics as instruments of an application's meter provider. */
export interface MeterProviderBridge {
  /** Records each measurement of a histogram: the API has no observable histograms. */
  readonly listener: MeasurementListener
  /** Creates another histogram, and returns its record function. */
  histogram(family: Family): (value: number, attributes: Readonly<Record<string, string>>) => void
  /** Removes the observable instruments. */
  stop(): void
}

/**
 * Records through OpenTelemetry's API, for applications with access to nothing else. Counters and gauges are observed
 * when the provider collects, at no other cost. A record of a histogram costs as much as the provider's record.
 */
export function bridgeMeterProvider(
  provider: MeterProvider,
  metrics: readonly Metric[],
  kpis: readonly KpiMetric[],
  collect: () => Collection,
): MeterProviderBridge {
  const meter = provider.getMeter(scope.name, scope.version)
  const createHistogram = (family: Family) =>
    meter.createHistogram(family.name, {
      ...described(family),
      advice: { explicitBucketBoundaries: [...family.boundaries] },
    })
  const histograms = new Map(
    kpis
      .filter(({ kpi }) => kpi.instrument === 'histogram')
      .map(({ kpi, metric: { family } }) => [kpi.id, createHistogram(family)]),
  )
  const observed = metrics.flatMap((metric) => observables(meter, metric))
  const callback = (result: BatchObservableResult) => {
    const now = collect()
    for (const { observe } of observed) observe(result, now)
  }
  const instruments = observed.map(({ instrument }) => instrument)
  meter.addBatchObservableCallback(callback, instruments)
  return {
    listener: {
      ignored: (kpi) => (kpi.instrument === 'histogram' ? noValues : undefined),
      onMeasurement({ kpi, value, accumulator }) {
        histograms.get(kpi.id)?.record(value as number, accumulator.series.labels.attributes)
      },
    },
    histogram(family) {
      const histogram = createHistogram(family)
      return (value, attributes) => histogram.record(value, attributes)
    },
    stop: () => meter.removeBatchObservableCallback(callback, instruments),
  }
}

interface Observed {
  readonly instrument: Observable
  readonly observe: (result: BatchObservableResult, now: Collection) => void
}

function observables(meter: Meter, { family, latest, series }: Metric): Observed[] {
  const observed: Observed[] = []
  if (family.instrument === 'counter') {
    const instrument = meter.createObservableCounter(family.name, described(family))
    observed.push({ instrument, observe: (result) => observeOutcomes(result, instrument, series) })
  }
  if (family.instrument === 'gauge') {
    const instrument = meter.createObservableGauge(family.name, described(family))
    observed.push({
      instrument,
      observe: (result, now) =>
        observeValues(result, instrument, series, (accumulator) =>
          accumulator.kind === 'gauge' ? accumulator.current(now.fallback(family.name)) : undefined,
        ),
    })
  }
  if (latest !== undefined) {
    const instrument = meter.createObservableGauge(latest.name, described(latest))
    observed.push({
      instrument,
      observe: (result) =>
        observeValues(result, instrument, series, (accumulator) =>
          accumulator.kind === 'gauge' ? undefined : accumulator.latest(),
        ),
    })
  }
  return observed
}

function observeOutcomes(
  result: BatchObservableResult,
  instrument: Observable,
  series: Iterable<Accumulator>,
): void {
  for (const accumulator of series) {
    if (accumulator.kind !== 'counter') continue
    for (const [i, { attributes }] of accumulator.labelSets().entries()) {
      result.observe(instrument, accumulator.outcome(i), attributes)
    }
  }
}

function observeValues(
  result: BatchObservableResult,
  instrument: Observable,
  series: Iterable<Accumulator>,
  read: (accumulator: Accumulator) => number | undefined,
): void {
  for (const accumulator of series) {
    const value = read(accumulator)
    if (value !== undefined) result.observe(instrument, value, accumulator.series.labels.attributes)
  }
}

function described({ unit, description }: Family) {
  return { unit, description }
}
