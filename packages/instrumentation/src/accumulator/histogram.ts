import type { SeriesBlocks } from '../exposition/series-blocks.js'
import { bucketOf } from './bucket-search.js'
import type { Series } from './series.js'

/** Where each figure of a histogram lies, counted from the accumulator's place in its slab. */
const slot = {
  /** Values from here to `calmMax`, both included, are counted at once; all others go through `unusual`. */
  calmMin: 0,
  calmMax: 1,
  sum: 2,
  /** Smallest and largest value since the minima were last rotated. */
  recentMin: 3,
  recentMax: 4,
  /** Smallest and largest value up to that rotation. */
  earlierMin: 5,
  earlierMax: 6,
  /** NaN before the first measurement. */
  latest: 7,
  buckets: 8,
} as const

/** Slots that a histogram with so many boundaries takes in a slab. */
export function histogramSlots(boundaries: number): number {
  return slot.buckets + boundaries + 1
}

/** A distribution in preallocated slots. Recording a calm value allocates nothing and calls nothing. */
export class HistogramAccumulator {
  readonly kind = 'histogram'
  /** Lines of the last scrape, kept by the exposition stage. */
  rendered: SeriesBlocks | undefined

  /**
   * @param slab zeroed memory shared with the handle's other accumulators
   * @param at first slot of this one; it takes `histogramSlots(bucketCount - 1)`
   * @param padded boundaries from `paddedBoundaries`
   * @param integer whether only whole numbers are calm
   */
  constructor(
    readonly series: Series,
    private readonly slab: Float64Array,
    private readonly at: number,
    private readonly padded: Float64Array,
    readonly bucketCount: number,
    private readonly integer: boolean,
  ) {
    slab[at + slot.recentMin] = slab[at + slot.earlierMin] = Number.POSITIVE_INFINITY
    slab[at + slot.recentMax] = slab[at + slot.earlierMax] = Number.NEGATIVE_INFINITY
    slab[at + slot.latest] = Number.NaN
    this.setCalm(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)
  }

  /** Counts a calm value; hands any other to `unusual`. Never throws. */
  record(value: number): void {
    const { slab, at } = this
    if (
      typeof value === 'number' &&
      value >= (slab[at] as number) &&
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
    const bucket = at + slot.buckets + bucketOf(this.padded, value)
    slab[bucket] = (slab[bucket] as number) + 1
    slab[at + slot.sum] = (slab[at + slot.sum] as number) + value
    if (value < (slab[at + slot.recentMin] as number)) slab[at + slot.recentMin] = value
    if (value > (slab[at + slot.recentMax] as number)) slab[at + slot.recentMax] = value
    slab[at + slot.latest] = value
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

  /** Values in one bucket, not accumulated over the smaller ones. */
  bucket(index: number): number {
    return this.slab[this.at + slot.buckets + index] as number
  }

  sum(): number {
    return this.slab[this.at + slot.sum] as number
  }

  /** Smallest value so far, +Inf before the first. */
  min(): number {
    return Math.min(
      this.slab[this.at + slot.recentMin] as number,
      this.slab[this.at + slot.earlierMin] as number,
    )
  }

  /** Largest value so far, -Inf before the first. */
  max(): number {
    return Math.max(
      this.slab[this.at + slot.recentMax] as number,
      this.slab[this.at + slot.earlierMax] as number,
    )
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
