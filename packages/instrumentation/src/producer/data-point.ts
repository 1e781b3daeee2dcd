import type { Attributes, HrTime } from '@opentelemetry/api'
import type { DataPoint, Histogram } from '@opentelemetry/sdk-metrics'

// Classes, where literals would do: the engine takes objects that live as long as those of one collection do for
// long-lived ones, and makes further literals of the same place in old space, from which they are costly to clear away.
// A collection takes half the time so. To whoever reads them they are plain: nothing but own properties.

/** One series at one time. */
export class Point<Value> implements DataPoint<Value> {
  constructor(
    readonly startTime: HrTime,
    readonly endTime: HrTime,
    readonly attributes: Attributes,
    readonly value: Value,
  ) {}
}

/** A histogram without a measurement, which has no extremes. */
export class EmptyTotals implements Histogram {
  readonly buckets: Histogram['buckets']
  readonly sum = 0
  readonly count = 0

  constructor(boundaries: number[], counts: number[]) {
    this.buckets = new Buckets(boundaries, counts)
  }
}

/** A histogram's measurements. */
export class Totals implements Histogram {
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

class Buckets {
  constructor(
    readonly boundaries: number[],
    readonly counts: number[],
  ) {}
}
