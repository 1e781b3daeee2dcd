import type { Series } from './series.js'

/** A measurement that stands for its bucket, with its trace. */
export interface Exemplar {
  readonly value: number
  readonly traceId: string
  readonly spanId: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** The slot of each figure of a histogram, counted from the accumulator's first slot. */
const slot = {
  /** Values from here to `fastMax`, both included, are counted at once; all others take the slow path. */
  fastMin: 0,
  fastMax: 1,
  sum: 2,
  /** Smallest and largest value since the last rotation of the extremes. */
  recentMin: 3,
  recentMax: 4,
  /** Smallest and largest value before that rotation. */
  earlierMin: 5,
  earlierMax: 6,
  /** NaN before the first measurement. */
  latest: 7,
  buckets: 8,
} as const

/** The search for a bucket is unrolled into five steps, for up to this many boundaries. */
const unrolled = 31

/** Number of slots of a histogram with this many boundaries. */
export function histogramSlots(boundaries: number): number {
  return slot.buckets + boundaries + 1
}

/**
 * A distribution in preallocated slots of a slab. All metrics share one class, so that the compiler sees one shape.
 */
export class HistogramAccumulator {
  readonly kind = 'histogram'
  /** The exemplar of each bucket; undefined without exemplars. */
  exemplars: (Exemplar | undefined)[] | undefined

  /**
   * @param slab zeroed memory, shared with the other accumulators of the handle
   * @param at its first slot
   * @param padded boundaries from `paddedBoundaries`
   * @param integer whether the fast range holds only integers
   */
  constructor(
    /** Replaced when the series starts again. */
    public series: Series,
    private readonly slab: Float64Array,
    private readonly at: number,
    protected readonly padded: Float64Array,
    readonly bucketCount: number,
    private readonly integer: boolean,
  ) {
    this.clear()
    this.setFastRange(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)
  }

  /** Starts the series again, at zero. */
  restart(createdAt: number): void {
    this.series = { ...this.series, createdAt }
    this.exemplars = undefined
    this.clear()
  }

  private clear(): void {
    const { slab, at } = this
    slab.fill(0, at + slot.sum, at + slot.buckets + this.bucketCount)
    slab[at + slot.recentMin] = slab[at + slot.earlierMin] = Number.POSITIVE_INFINITY
    slab[at + slot.recentMax] = slab[at + slot.earlierMax] = Number.NEGATIVE_INFINITY
    slab[at + slot.latest] = Number.NaN
  }

  /** Counts a value of the fast range; passes any other one to the slow path. Allocates nothing and never throws. */
  record(value: number): void {
    const { slab, at } = this
    if (
      typeof value === 'number' &&
      value >= (slab[at + slot.fastMin] as number) &&
      value <= (slab[at + slot.fastMax] as number) &&
      (!this.integer || Math.floor(value) === value)
    ) {
      this.add(value)
    } else {
      this.series.slowPath(value)
    }
  }

  /** Counts a value that is known to be valid. */
  add(value: number): void {
    const { slab, at } = this
    const bucket = at + slot.buckets + this.bucketOf(value)
    slab[bucket] = (slab[bucket] as number) + 1
    slab[at + slot.sum] = (slab[at + slot.sum] as number) + value
    if (value < (slab[at + slot.recentMin] as number)) slab[at + slot.recentMin] = value
    if (value > (slab[at + slot.recentMax] as number)) slab[at + slot.recentMax] = value
    slab[at + slot.latest] = value
  }

  /**
   * Index of the bucket of a value: the number of boundaries below it. A boundary is inside its bucket. Comparisons are
   * added as numbers, without branches: a processor can't predict measurements, and one wrong prediction costs more
   * than the search.
   */
  bucketOf(value: number): number {
    const { padded } = this
    let bucket = Number(value > (padded[15] as number)) << 4
    bucket += Number(value > (padded[bucket + 7] as number)) << 3
    bucket += Number(value > (padded[bucket + 3] as number)) << 2
    bucket += Number(value > (padded[bucket + 1] as number)) << 1
    bucket += Number(value > (padded[bucket] as number))
    return bucket
  }

  /** Sets the values that need no further check, both ends included; with `min` above `max` there are none. */
  setFastRange(min: number, max: number): void {
    this.slab[this.at + slot.fastMin] = min
    this.slab[this.at + slot.fastMax] = max
  }

  /** Number of values so far. It grows with every record, so it also shows whether anything changed. */
  count(): number {
    let count = 0
    for (let i = 0; i < this.bucketCount; i++) count += this.bucket(i)
    return count
  }

  /** Copies the count of each bucket into an array of the same length; returns the total count. */
  copyBuckets(to: number[]): number {
    const { slab } = this
    const first = this.at + slot.buckets
    let count = 0
    for (let i = 0; i < to.length; i++) {
      const each = slab[first + i] as number
      to[i] = each
      count += each
    }
    return count
  }

  /** Count of one bucket alone, not cumulative. */
  bucket(index: number): number {
    return this.slab[this.at + slot.buckets + index] as number
  }

  sum(): number {
    return this.slab[this.at + slot.sum] as number
  }

  /** Smallest value so far, +Inf before the first. */
  min(): number {
    const { slab, at } = this
    return Math.min(slab[at + slot.recentMin] as number, slab[at + slot.earlierMin] as number)
  }

  /** Largest value so far, -Inf before the first. */
  max(): number {
    const { slab, at } = this
    return Math.max(slab[at + slot.recentMax] as number, slab[at + slot.earlierMax] as number)
  }

  /** Newest value, undefined before the first. */
  latest(): number | undefined {
    const value = this.slab[this.at + slot.latest] as number
    return Number.isNaN(value) ? undefined : value
  }

  /** Number of the figures that `readFigures` writes. */
  figures(): number {
    return this.bucketCount + 2
  }

  /** Writes the count of each bucket, the sum and the latest value. */
  readFigures(to: Float64Array): void {
    const { slab, at, bucketCount } = this
    const first = at + slot.buckets
    for (let i = 0; i < bucketCount; i++) to[i] = slab[first + i] as number
    to[bucketCount] = slab[at + slot.sum] as number
    to[bucketCount + 1] = slab[at + slot.latest] as number
  }

  /**
   * Adds what another process has counted since its figures were `before`.
   * @param from where its figures begin in `after`
   */
  addFigures(before: Float64Array, after: Float64Array, from: number): void {
    const { slab, at, bucketCount } = this
    const first = at + slot.buckets
    for (let i = 0; i < bucketCount; i++) {
      slab[first + i] = (slab[first + i] as number) + (after[from + i] as number) - (before[i] as number)
    }
    const sum = (after[from + bucketCount] as number) - (before[bucketCount] as number)
    slab[at + slot.sum] = (slab[at + slot.sum] as number) + sum
    const latest = after[from + bucketCount + 1] as number
    if (!Number.isNaN(latest)) slab[at + slot.latest] = latest
  }

  /** Takes the extremes since the last rotation, so that each reader gets the extremes of its interval. */
  rotateExtremes(): { min: number; max: number } {
    const { slab, at } = this
    const recent = { min: slab[at + slot.recentMin] as number, max: slab[at + slot.recentMax] as number }
    slab[at + slot.earlierMin] = this.min()
    slab[at + slot.earlierMax] = this.max()
    slab[at + slot.recentMin] = Number.POSITIVE_INFINITY
    slab[at + slot.recentMax] = Number.NEGATIVE_INFINITY
    return recent
  }
}

/** A histogram with too many boundaries for the unrolled search. */
class ManyBucketsAccumulator extends HistogramAccumulator {
  override bucketOf(value: number): number {
    const { padded } = this
    let bucket = 0
    for (let half = (padded.length + 1) >> 1; half > 0; half >>= 1) {
      bucket += Number(value > (padded[bucket + half - 1] as number)) * half
    }
    return bucket
  }
}

/** The class for a histogram with this many boundaries. */
export function histogramClass(boundaries: number): typeof HistogramAccumulator {
  return boundaries > unrolled ? ManyBucketsAccumulator : HistogramAccumulator
}

/** Boundaries, padded with +Inf to one less than a power of two: the search then has a fixed number of steps. */
export function paddedBoundaries(boundaries: readonly number[]): Float64Array {
  let length = unrolled
  while (length < boundaries.length) length = length * 2 + 1
  const padded = new Float64Array(length).fill(Number.POSITIVE_INFINITY)
  padded.set(boundaries)
  return padded
}
