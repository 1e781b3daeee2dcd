import { type HrTime, ValueType } from '@opentelemetry/api'
import type { AggregationTemporality, DataPoint, DataPointType, MetricData } from '@opentelemetry/sdk-metrics'
import type { Accumulator } from '../accumulator/accumulator.js'
import type { Collection } from '../metric/collection.js'
import type { Family } from '../metric/family.js'
import type { Metric } from '../metric/metric.js'
import { Point } from './data-point.js'
import type { DeltaReader } from './delta-reader.js'
import { hrTime, hrTimes } from './hr-times.js'
import { counterPoints, histogramPoints } from './points.js'

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
    const { born, labels } = accumulator.series
    dataPoints[length++] = new Point(time(born), end, labels.attributes, value)
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
