import type { CounterAccumulator } from '../accumulate/counter.js'
import type { HistogramAccumulator } from '../accumulate/histogram.js'
import type { Series } from '../accumulate/series.js'

/** The figures of a series at the last collection of one reader, and the extremes since then. */
interface ReadPosition {
  readonly counts: Float64Array
  sum: number
  min: number
  max: number
  at: number
}

/** The measurements of a histogram in one interval. */
export interface HistogramInterval {
  readonly from: number
  readonly counts: number[]
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
}

/** Reads differences between the collections of one reader. */
export interface DeltaReader {
  /** The measurements since the last call; undefined if there are none and the series is not new. */
  histogram(accumulator: HistogramAccumulator, at: number): HistogramInterval | undefined
  /** The count of each outcome since the last call; undefined if there are none and the series is not new. */
  counter(accumulator: CounterAccumulator, at: number): { from: number; counts: number[] } | undefined
}

/** A delta reader whose collections can be lost on their way. */
export interface RetryingDeltaReader extends DeltaReader {
  /** What was collected has arrived. */
  arrived(): void
  /** What was collected since the last arrival is lost: the next collection has it too. */
  lost(): void
}

/** Makes the delta readers of one monitor. */
export interface DeltaReaders {
  /** For a reader that keeps what it collects until it has arrived, or that nobody tells of arrivals. */
  plain(): DeltaReader
  /** For a push that says what has arrived. */
  retrying(): RetryingDeltaReader
}

/**
 * Creates the delta readers of one monitor. Counts are differences of totals, but extremes are not: when one reader takes
 * them, all other readers have to keep them for their own intervals.
 */
export function deltaReaders(): DeltaReaders {
  const all: WeakMap<Series, ReadPosition>[] = []

  function rotate(accumulator: HistogramAccumulator): void {
    const recent = accumulator.rotateExtremes()
    for (const positions of all) {
      const position = positions.get(accumulator.series)
      if (position === undefined) continue
      position.min = Math.min(position.min, recent.min)
      position.max = Math.max(position.max, recent.max)
    }
  }

  /** @param moves called with each position before it moves on */
  function reader(moves: (position: ReadPosition) => void): DeltaReader {
    const positions = new WeakMap<Series, ReadPosition>()
    all.push(positions)

    function begin(accumulator: HistogramAccumulator | CounterAccumulator, length: number): ReadPosition {
      const { min, max } =
        accumulator.kind === 'histogram'
          ? { min: accumulator.min(), max: accumulator.max() }
          : { min: 0, max: 0 }
      const position = {
        counts: new Float64Array(length),
        sum: 0,
        min,
        max,
        at: accumulator.series.createdAt,
      }
      positions.set(accumulator.series, position)
      return position
    }

    return {
      histogram(accumulator, at) {
        const known = positions.get(accumulator.series)
        if (known !== undefined) rotate(accumulator)
        const position = known ?? begin(accumulator, accumulator.bucketCount)
        if (known === undefined) rotate(accumulator)
        moves(position)
        const counts = gained(position, (i) => accumulator.bucket(i))
        const count = counts.reduce((all, each) => all + each, 0)
        if (known !== undefined && count === 0) return undefined
        const interval = {
          // The clock can have been set back since.
          from: Math.min(position.at, at),
          counts,
          count,
          sum: accumulator.sum() - position.sum,
          min: position.min,
          max: position.max,
        }
        position.sum = accumulator.sum()
        position.min = Number.POSITIVE_INFINITY
        position.max = Number.NEGATIVE_INFINITY
        position.at = at
        return interval
      },
      counter(accumulator, at) {
        const known = positions.get(accumulator.series)
        const position = known ?? begin(accumulator, accumulator.counted.outcomes.length)
        moves(position)
        const counts = gained(position, (i) => accumulator.outcome(i))
        if (known !== undefined && counts.every((count) => count === 0)) return undefined
        const from = Math.min(position.at, at)
        position.at = at
        return { from, counts }
      },
    }
  }

  return {
    plain: () => reader(() => {}),
    retrying() {
      /** The positions that have moved since the last arrival, as they were then. */
      const arrived = new Map<ReadPosition, ReadPosition>()
      return {
        ...reader((position) => {
          const before = arrived.get(position)
          if (before === undefined) {
            arrived.set(position, { ...position, counts: position.counts.slice() })
          } else {
            // The extremes of an interval that was collected again are gone from the series.
            before.min = Math.min(before.min, position.min)
            before.max = Math.max(before.max, position.max)
          }
        }),
        arrived: () => arrived.clear(),
        lost() {
          for (const [position, before] of arrived) {
            position.counts.set(before.counts)
            position.sum = before.sum
            position.at = before.at
            position.min = Math.min(position.min, before.min)
            position.max = Math.max(position.max, before.max)
          }
        },
      }
    },
  }
}

/** The increase of each count since the position, which is then updated. */
function gained(position: ReadPosition, count: (index: number) => number): number[] {
  const counts = new Array<number>(position.counts.length)
  for (let i = 0; i < counts.length; i++) {
    const now = count(i)
    counts[i] = now - (position.counts[i] as number)
    position.counts[i] = now
  }
  return counts
}
