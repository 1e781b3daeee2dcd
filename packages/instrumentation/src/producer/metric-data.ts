import { type HrTime, ValueType } from '@opentelemetry/api'
import type {
  AggregationTemporality,
  DataPoint,
  DataPointType,
  Histogram,
  MetricData,
} from '@opentelemetry/sdk-metrics'
import type { Accumulator } from '../accumulator/accumulator.js'
import type { HistogramAccumulator } from '../accumulator/histogram.js'
import type { Collection } from '../metric/collection.js'
import type { Family } from '../metric/family.js'
import type { LabelSet } from '../metric/label-set.js'
import type { Metric } from '../metric/metric.js'
import type { DeltaReader } from './delta-reader.js'

/**
 * OpenTelemetry's own numbers, written out: importing the SDK for four constants would tie the package to one copy of
 * it, while an application may have another.
 */
const dataPointType = {
  histogram: 0 as DataPointType.HISTOGRAM,
  gauge: 2 as DataPointType.GAUGE,
  sum: 3 as DataPointType.SUM,
}
const delta = 0 as AggregationTemporality.DELTA
const cumulative = 1 as AggregationTemporality.CUMULATIVE

/** How a reader wants its metrics. */
export interface DataFormat {
  /** Set for delta temporality. */
  readonly reader: DeltaReader | undefined
  /** Whose names the metrics carry. */
  readonly names: 'opentelemetry' | 'prometheus'
}

/** A metric, and the gauge of its latest values, in OpenTelemetry's data model. Families without points are left out. */
export function metricData(
  { family, latest, series }: Metric,
  collection: Collection,
  format: DataFormat,
): MetricData[] {
  const end = hrTime(collection.at)
  const data = [measured(family, series, collection, format, end)]
  if (latest !== undefined) {
    data.push(gauge(latest, series, format, end, (accumulator) => latestOf(accumulator)))
  }
  return data.filter(({ dataPoints }) => dataPoints.length > 0)
}

function measured(
  family: Family,
  series: Iterable<Accumulator>,
  collection: Collection,
  format: DataFormat,
  end: HrTime,
): MetricData {
  const descriptor = descriptorOf(family, format)
  const aggregationTemporality = format.reader === undefined ? cumulative : delta
  if (family.instrument === 'histogram') {
    const dataPoints = histogramPoints(family, series, collection.at, format, end)
    return { descriptor, aggregationTemporality, dataPointType: dataPointType.histogram, dataPoints }
  }
  if (family.instrument === 'counter') {
    const dataPoints = counterPoints(series, collection.at, format, end)
    return {
      descriptor,
      aggregationTemporality,
      dataPointType: dataPointType.sum,
      isMonotonic: true,
      dataPoints,
    }
  }
  const fallback = collection.fallback(family.name)
  return gauge(family, series, format, end, (accumulator) =>
    accumulator.kind === 'gauge' ? accumulator.current(fallback) : undefined,
  )
}

function histogramPoints(
  family: Family,
  series: Iterable<Accumulator>,
  at: number,
  { reader }: DataFormat,
  end: HrTime,
): DataPoint<Histogram>[] {
  const points: DataPoint<Histogram>[] = []
  const time = hrTimes()
  const boundaries = [...family.boundaries]
  for (const accumulator of series) {
    if (accumulator.kind !== 'histogram') continue
    const { born, labels } = accumulator.series
    const figures = reader === undefined ? totals(accumulator) : reader.histogram(accumulator, at)
    if (figures === undefined) continue
    const { counts, count, sum, min, max } = figures
    points.push({
      startTime: time('from' in figures ? figures.from : born),
      endTime: end,
      attributes: labels.attributes,
      value:
        count === 0
          ? { buckets: { boundaries, counts }, sum, count }
          : { buckets: { boundaries, counts }, sum, count, min, max },
    })
  }
  return points
}

function totals(accumulator: HistogramAccumulator) {
  const counts = doubles(accumulator.bucketCount)
  let count = 0
  for (let i = 0; i < counts.length; i++) {
    const each = accumulator.bucket(i)
    counts[i] = each
    count += each
  }
  return { counts, count, sum: accumulator.sum(), min: accumulator.min(), max: accumulator.max() }
}

function counterPoints(
  series: Iterable<Accumulator>,
  at: number,
  { reader }: DataFormat,
  end: HrTime,
): DataPoint<number>[] {
  const points: DataPoint<number>[] = []
  const time = hrTimes()
  for (const accumulator of series) {
    if (accumulator.kind !== 'counter') continue
    const interval = reader?.counter(accumulator, at)
    if (reader !== undefined && interval === undefined) continue
    const startTime = time(interval?.from ?? accumulator.series.born)
    const labelSets = accumulator.labelSets()
    for (let i = 0; i < labelSets.length; i++) {
      const { attributes } = labelSets[i] as LabelSet
      const value = interval === undefined ? accumulator.outcome(i) : (interval.counts[i] as number)
      points.push({ startTime, endTime: end, attributes, value })
    }
  }
  return points
}

function gauge(
  family: Family,
  series: Iterable<Accumulator>,
  format: DataFormat,
  end: HrTime,
  read: (accumulator: Accumulator) => number | undefined,
): MetricData {
  const dataPoints: DataPoint<number>[] = []
  const time = hrTimes()
  for (const accumulator of series) {
    const value = read(accumulator)
    if (value === undefined) continue
    const { born, labels } = accumulator.series
    dataPoints.push({ startTime: time(born), endTime: end, attributes: labels.attributes, value })
  }
  return {
    descriptor: descriptorOf(family, format),
    aggregationTemporality: cumulative,
    dataPointType: dataPointType.gauge,
    dataPoints,
  }
}

function latestOf(accumulator: Accumulator): number | undefined {
  return accumulator.kind === 'gauge' ? undefined : accumulator.latest()
}

function descriptorOf({ name, prometheusName, description, unit }: Family, { names }: DataFormat) {
  return {
    name: names === 'opentelemetry' ? name : prometheusName,
    description,
    unit,
    valueType: ValueType.DOUBLE,
  }
}

/**
 * An array that the engine keeps as doubles from the start. A plain one begins as small integers and is moved once the
 * first count, read from a typed array, arrives; exporters need a plain array all the same.
 */
function doubles(length: number): number[] {
  const template = templates.get(length) ?? new Array<number>(length).fill(0.5)
  templates.set(length, template)
  return template.slice()
}

const templates = new Map<number, number[]>()

/** Turns milliseconds into times; points of series that came to be at once share theirs. */
function hrTimes(): (milliseconds: number) => HrTime {
  let last = Number.NaN
  let time: HrTime = [0, 0]
  return (milliseconds) => {
    if (milliseconds !== last) {
      last = milliseconds
      time = hrTime(milliseconds)
    }
    return time
  }
}

/** Seconds and nanoseconds, as OpenTelemetry writes times. */
function hrTime(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1_000)
  return [seconds, Math.round((milliseconds - seconds * 1_000) * 1e6)]
}
