import type { Attributes, HrTime } from '@opentelemetry/api'
import type { DataPoint, Histogram } from '@opentelemetry/sdk-metrics'
import type { HistogramAccumulator } from '../accumulate/histogram.js'
import type { Accumulator, Family } from '../accumulate/metric.js'
import type { LabelSet } from '../accumulate/series.js'
import type { DeltaReader, HistogramInterval } from './delta-reader.js'

/** Points of the histograms in these series; for a delta reader, of its interval. */
export function histogramPoints(
  family: Family,
  series: ReadonlySet<Accumulator>,
  at: number,
  reader: DeltaReader | undefined,
  endTime: HrTime,
): DataPoint<Histogram>[] {
  // Allocated once at its maximal length, because growing an array creates garbage.
  const points = new Array<DataPoint<Histogram>>(series.size)
  let length = 0
  const boundaries = [...family.boundaries]
  const time = hrTimes()
  for (const accumulator of series) {
    if (accumulator.kind !== 'histogram') continue
    const { createdAt, labels } = accumulator.series
    if (reader === undefined) {
      points[length++] = new Point(
        time(createdAt),
        endTime,
        labels.attributes,
        total(accumulator, boundaries, family.hasSum),
      )
      continue
    }
    const interval = reader.histogram(accumulator, at)
    if (interval === undefined) continue
    points[length++] = new Point(
      time(interval.from),
      endTime,
      labels.attributes,
      ofInterval(interval, boundaries, family.hasSum),
    )
  }
  points.length = length
  return points
}

/** All measurements of a histogram; copied, because an exporter can keep them while more are recorded. */
function total(accumulator: HistogramAccumulator, boundaries: number[], hasSum: boolean): Histogram {
  const counts = doubles(accumulator.bucketCount)
  const count = accumulator.copyBuckets(counts)
  if (!hasSum) return new SumlessTotals(boundaries, counts, count, accumulator.min(), accumulator.max())
  return count === 0
    ? new EmptyTotals(boundaries, counts)
    : new Totals(boundaries, counts, accumulator.sum(), count, accumulator.min(), accumulator.max())
}

function ofInterval(interval: HistogramInterval, boundaries: number[], hasSum: boolean): Histogram {
  const { counts, sum, count, min, max } = interval
  if (!hasSum) return new SumlessTotals(boundaries, counts, count, min, max)
  return count === 0
    ? new EmptyTotals(boundaries, counts)
    : new Totals(boundaries, counts, sum, count, min, max)
}

/** Points of the counters in these series, one for each outcome; for a delta reader, of its interval. */
export function counterPoints(
  series: ReadonlySet<Accumulator>,
  at: number,
  reader: DeltaReader | undefined,
  end: HrTime,
): DataPoint<number>[] {
  const points = new Array<DataPoint<number>>(outcomesOf(series))
  let length = 0
  const time = hrTimes()
  for (const accumulator of series) {
    if (accumulator.kind !== 'counter') continue
    const interval = reader?.counter(accumulator, at)
    if (reader !== undefined && interval === undefined) continue
    const startTime = time(interval?.from ?? accumulator.series.createdAt)
    const labelSets = accumulator.labelSets()
    for (let i = 0; i < labelSets.length; i++) {
      const { attributes } = labelSets[i] as LabelSet
      const value = interval === undefined ? accumulator.outcome(i) : (interval.counts[i] as number)
      points[length++] = new Point(startTime, end, attributes, value)
    }
  }
  points.length = length
  return points
}

/** Number of points of these counters. */
function outcomesOf(series: ReadonlySet<Accumulator>): number {
  const [first] = series
  return first?.kind === 'counter' ? first.counted.outcomes.length * series.size : 0
}

/**
 * An array that V8 stores as doubles from the start. A new array starts with small integers, and is copied when the first
 * count from a typed array is stored. Exporters need a plain array.
 */
function doubles(length: number): number[] {
  let template = templates.get(length)
  if (template === undefined) {
    template = new Array<number>(length).fill(0.5)
    templates.set(length, template)
  }
  return template.slice()
}

const templates = new Map<number, number[]>()

// Classes instead of object literals halve the time of a collection: after V8 has seen that the objects of one literal
// live for a collection, it allocates the next ones in old space, where garbage collection is costly. Readers see
// objects with own properties only.

/** One series at one time. */
export class Point<Value> implements DataPoint<Value> {
  constructor(
    readonly startTime: HrTime,
    readonly endTime: HrTime,
    readonly attributes: Attributes,
    readonly value: Value,
  ) {}
}

/** A histogram without measurements, which has no extremes. */
class EmptyTotals implements Histogram {
  readonly buckets: Histogram['buckets']
  readonly sum = 0
  readonly count = 0

  constructor(boundaries: number[], counts: number[]) {
    this.buckets = new Buckets(boundaries, counts)
  }
}

/** A histogram's measurements. */
class Totals implements Histogram {
  readonly buckets: Histogram['buckets']

  constructor(
    boundaries: number[],
    counts: number[],
    readonly sum: number,
    readonly count: number,
    readonly min: number,
    readonly max: number,
  ) {
    this.buckets = new Buckets(boundaries, counts)
  }
}

/** A histogram's measurements, of which some can be below 0. */
class SumlessTotals implements Histogram {
  readonly buckets: Histogram['buckets']
  readonly min?: number
  readonly max?: number

  constructor(
    boundaries: number[],
    counts: number[],
    readonly count: number,
    min: number,
    max: number,
  ) {
    this.buckets = new Buckets(boundaries, counts)
    if (count === 0) return
    this.min = min
    this.max = max
  }
}

class Buckets {
  constructor(
    readonly boundaries: number[],
    readonly counts: number[],
  ) {}
}

/** Converts milliseconds into times. Series with the same creation time share one object. */
export function hrTimes(): (milliseconds: number) => HrTime {
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

/** OpenTelemetry's form of a time: seconds and nanoseconds. */
export function hrTime(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1_000)
  return [seconds, Math.round((milliseconds - seconds * 1_000) * 1e6)]
}
