import type { HrTime } from '@opentelemetry/api'
import type { DataPoint, Histogram } from '@opentelemetry/sdk-metrics'
import type { Accumulator } from '../accumulator/accumulator.js'
import type { HistogramAccumulator } from '../accumulator/histogram.js'
import type { Family } from '../metric/family.js'
import type { LabelSet } from '../metric/label-set.js'
import { EmptyTotals, Point, Totals } from './data-point.js'
import type { DeltaReader, HistogramInterval } from './delta-reader.js'
import { hrTimes } from './hr-times.js'

/** Points of the histograms among these series, for a delta reader those of its interval. */
export function histogramPoints(
  family: Family,
  series: ReadonlySet<Accumulator>,
  at: number,
  reader: DeltaReader | undefined,
  endTime: HrTime,
): DataPoint<Histogram>[] {
  // As long as it can get: growing it step by step would leave most of a collection's garbage.
  const points = new Array<DataPoint<Histogram>>(series.size)
  let length = 0
  const boundaries = [...family.boundaries]
  const time = hrTimes()
  for (const accumulator of series) {
    if (accumulator.kind !== 'histogram') continue
    const { born, labels } = accumulator.series
    if (reader === undefined) {
      points[length++] = new Point(time(born), endTime, labels.attributes, total(accumulator, boundaries))
      continue
    }
    const interval = reader.histogram(accumulator, at)
    if (interval === undefined) continue
    points[length++] = new Point(
      time(interval.from),
      endTime,
      labels.attributes,
      ofInterval(interval, boundaries),
    )
  }
  points.length = length
  return points
}

/** All that a histogram measured; copied, because an exporter may keep it while more is recorded. */
function total(accumulator: HistogramAccumulator, boundaries: number[]): Histogram {
  const counts = doubles(accumulator.bucketCount)
  const count = accumulator.copyBuckets(counts)
  return count === 0
    ? new EmptyTotals(boundaries, counts)
    : new Totals(boundaries, counts, accumulator.sum(), count, accumulator.min(), accumulator.max())
}

function ofInterval(interval: HistogramInterval, boundaries: number[]): Histogram {
  const { counts, sum, count, min, max } = interval
  return count === 0
    ? new EmptyTotals(boundaries, counts)
    : new Totals(boundaries, counts, sum, count, min, max)
}

/** Points of the counters among these series, one for each outcome; likewise. */
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
    const startTime = time(interval?.from ?? accumulator.series.born)
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

/** Number of series that the outcomes of these counters make. */
function outcomesOf(series: ReadonlySet<Accumulator>): number {
  const [first] = series
  return first?.kind === 'counter' ? first.counted.outcomes.length * series.size : 0
}

/**
 * An array that the engine keeps as doubles from the start. A plain one begins as small integers and is moved once the
 * first count, read from a typed array, arrives; exporters need a plain array all the same.
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
