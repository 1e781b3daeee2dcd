import type { Exemplar } from '../exposition/exemplars.js'
import type { Series } from './series.js'

/** Where each figure of a histogram lies, counted from the accumulator's place in its slab. */
const slot = {
  /** Values from here to `calmMax`, both included, are counted at once; all others go through `unusual`. */
  calmMin: 0,
  calmMax: 1,
  sum: 2,
  /** Smallest and largest value since the extremes were last rotated. */
  recentMin: 3,
  recentMax: 4,
  /** Smallest and largest value up to that rotation. */
  earlierMin: 5,
  earlierMax: 6,
  /** NaN before the first measurement. */
  latest: 7,
  buckets: 8,
} as const

/** Boundaries up to this many are searched in five steps, written out. */
const unrolled = 31

/** Slots that a histogram with so many boundaries takes in a slab. */
export function histogramSlots(boundaries: number): number {
  return slot.buckets + boundaries + 1
}

/**
 * A distribution in preallocated slots of a slab. One class for all metrics, so that the compiler sees one shape
 * however many there are.
 */
export class HistogramAccumulator {
  readonly kind = 'histogram'
  /** For each bucket the measurement that stands for it; undefined unless exemplars are wanted and there was a span. */
  exemplars: (Exemplar | undefined)[] | undefined

  /**
   * @param slab zeroed memory shared with the handle's other accumulators
   * @param at first slot of this one
   * @param padded boundaries from `paddedBoundaries`
   * @param integer whether only whole numbers are calm
   */
  constructor(
    readonly series: Series,
    private readonly slab: Float64Array,
    private readonly at: number,
    protected readonly padded: Float64Array,
    readonly bucketCount: number,
    private readonly integer: boolean,
  ) {
    slab[at + slot.recentMin] = slab[at + slot.earlierMin] = Number.POSITIVE_INFINITY
    slab[at + slot.recentMax] = slab[at + slot.earlierMax] = Number.NEGATIVE_INFINITY
    slab[at + slot.latest] = Number.NaN
    this.setCalm(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)
  }

  /** Counts a calm value; hands any other to `unusual`. Allocates nothing and never throws. */
  record(value: number): void {
    const { slab, at } = this
    if (
      typeof value === 'number' &&
      value >= (slab[at + slot.calmMin] as number) &&
      value <= (slab[at + slot.calmMax] as number) &&
      (!this.integer || Math.floor(value) === value)
    ) {
      this.add(value)
    } else {
      this.series.unusual(this, value)
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
   * Index of the bucket that holds a value: how many boundaries lie below it, a boundary itself being inside.
   * Comparisons are added up as numbers, not branched upon: measurements follow no pattern that a processor could
   * predict, and one wrong prediction costs more than the whole search.
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

  /** Which values are counted with no further thought; an empty range makes every value unusual. */
  setCalm(min: number, max: number): void {
    this.slab[this.at + slot.calmMin] = min
    this.slab[this.at + slot.calmMax] = max
  }

  /** Number of values so far. It grows with every record, so it also tells whether anything changed. */
  count(): number {
    let count = 0
    for (let i = 0; i < this.bucketCount; i++) count += this.bucket(i)
    return count
  }

  /** Copies the values in each bucket into an array of as many places; returns the number of all. */
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

  /** Values in one bucket, not accumulated over the smaller ones. */
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

  /** Takes the extremes since the last rotation, so that each reader can have the extremes of its own interval. */
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

/** A histogram with more boundaries than a search without a loop can tell apart. */
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

/** The class of a histogram with so many boundaries. */
export function histogramClass(boundaries: number): typeof HistogramAccumulator {
  return boundaries > unrolled ? ManyBucketsAccumulator : HistogramAccumulator
}

/** Boundaries padded with +Inf to one less than a power of two, so that a search has a fixed number of steps. */
export function paddedBoundaries(boundaries: readonly number[]): Float64Array {
  let length = unrolled
  while (length < boundaries.length) length = length * 2 + 1
  const padded = new Float64Array(length).fill(Number.POSITIVE_INFINITY)
  padded.set(boundaries)
  return padded
}
