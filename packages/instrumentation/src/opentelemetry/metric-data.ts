import { type HrTime, ValueType } from '@opentelemetry/api'
import type { AggregationTemporality, DataPoint, DataPointType, MetricData } from '@opentelemetry/sdk-metrics'
import type { Accumulator, Collection, Family, Metric } from '../accumulate/metric.js'
import { counterPoints, histogramPoints, hrTime, hrTimes, Point } from './data-points.js'
import type { DeltaReader } from './delta-reader.js'

/**
 * OpenTelemetry's numbers. They are not imported, because the package would then depend on its own copy of the SDK, while
 * the application can have another one.
 */
const dataPointType = {
  histogram: 0 as DataPointType.HISTOGRAM,
  gauge: 2 as DataPointType.GAUGE,
  sum: 3 as DataPointType.SUM,
}
const delta = 0 as AggregationTemporality.DELTA
const cumulative = 1 as AggregationTemporality.CUMULATIVE

/** The form of the metrics for one reader. */
export interface DataFormat {
  /** Set for delta temporality. */
  readonly reader: DeltaReader | undefined
  /** The naming of the metrics. */
  readonly names: 'opentelemetry' | 'prometheus'
}

/** A metric, and the gauge of its latest values, in OpenTelemetry's data model. Omits families without points. */
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
  series: ReadonlySet<Accumulator>,
  collection: Collection,
  format: DataFormat,
  end: HrTime,
): MetricData {
  const descriptor = descriptorOf(family, format)
  const aggregationTemporality = format.reader === undefined ? cumulative : delta
  if (family.instrument === 'histogram') {
    const dataPoints = histogramPoints(family, series, collection.at, format.reader, end)
    return { descriptor, aggregationTemporality, dataPointType: dataPointType.histogram, dataPoints }
  }
  if (family.instrument === 'counter') {
    const dataPoints = counterPoints(series, collection.at, format.reader, end)
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

function gauge(
  family: Family,
  series: ReadonlySet<Accumulator>,
  format: DataFormat,
  end: HrTime,
  read: (accumulator: Accumulator) => number | undefined,
): MetricData {
  const dataPoints = new Array<DataPoint<number>>(series.size)
  let length = 0
  const time = hrTimes()
  for (const accumulator of series) {
    const value = read(accumulator)
    if (value === undefined) continue
    const { createdAt, labels } = accumulator.series
    dataPoints[length++] = new Point(time(createdAt), end, labels.attributes, value)
  }
  dataPoints.length = length
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
