import type { Accumulator } from '../accumulator/accumulator.js'
import type { CounterAccumulator } from '../accumulator/counter.js'
import type { HistogramAccumulator } from '../accumulator/histogram.js'

/** What one reader has already been told of a series, and the extremes since then. */
interface Told {
  readonly counts: Float64Array
  sum: number
  min: number
  max: number
  at: number
}

/** A histogram's share of one interval. */
export interface HistogramInterval {
  readonly from: number
  readonly counts: number[]
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
}

/** Remembers, for one reader, up to where each series was read. */
export interface DeltaReader {
  /** What a histogram gained since the last call; undefined when that is nothing and the series isn't new. */
  histogram(accumulator: HistogramAccumulator, at: number): HistogramInterval | undefined
  /** What each outcome gained since the last call; undefined likewise. */
  counter(accumulator: CounterAccumulator, at: number): { from: number; counts: number[] } | undefined
}

/**
 * The delta readers of one monitor. Counts are differences of totals, but the extremes of an interval are not: each
 * time one reader takes them, all others must keep them for the interval of their own.
 */
export function deltaReaders(): () => DeltaReader {
  const all: WeakMap<Accumulator, Told>[] = []

  function rotate(accumulator: HistogramAccumulator): void {
    const recent = accumulator.rotateExtremes()
    for (const toldTo of all) {
      const told = toldTo.get(accumulator)
      if (told === undefined) continue
      told.min = Math.min(told.min, recent.min)
      told.max = Math.max(told.max, recent.max)
    }
  }

  return () => {
    const toldSoFar = new WeakMap<Accumulator, Told>()
    all.push(toldSoFar)

    function begin(accumulator: HistogramAccumulator | CounterAccumulator, length: number): Told {
      const { min, max } =
        accumulator.kind === 'histogram'
          ? { min: accumulator.min(), max: accumulator.max() }
          : { min: 0, max: 0 }
      const told = { counts: new Float64Array(length), sum: 0, min, max, at: accumulator.series.born }
      toldSoFar.set(accumulator, told)
      return told
    }

    return {
      histogram(accumulator, at) {
        const known = toldSoFar.get(accumulator)
        if (known !== undefined) rotate(accumulator)
        const told = known ?? begin(accumulator, accumulator.bucketCount)
        if (known === undefined) rotate(accumulator)
        const counts = gained(told, (i) => accumulator.bucket(i))
        const count = counts.reduce((all, each) => all + each, 0)
        if (known !== undefined && count === 0) return undefined
        const interval = {
          from: told.at,
          counts,
          count,
          sum: accumulator.sum() - told.sum,
          min: told.min,
          max: told.max,
        }
        told.sum = accumulator.sum()
        told.min = Number.POSITIVE_INFINITY
        told.max = Number.NEGATIVE_INFINITY
        told.at = at
        return interval
      },
      counter(accumulator, at) {
        const known = toldSoFar.get(accumulator)
        const told = known ?? begin(accumulator, accumulator.counted.outcomes.length)
        const counts = gained(told, (i) => accumulator.outcome(i))
        if (known !== undefined && counts.every((count) => count === 0)) return undefined
        const { at: from } = told
        told.at = at
        return { from, counts }
      },
    }
  }
}

/** What was added to each count since it was told; tells it. */
function gained(told: Told, count: (index: number) => number): number[] {
  const counts = new Array<number>(told.counts.length)
  for (let i = 0; i < counts.length; i++) {
    const now = count(i)
    counts[i] = now - (told.counts[i] as number)
    told.counts[i] = now
  }
  return counts
}
