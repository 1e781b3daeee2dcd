import {
  type CounterReading,
  counterReach,
  countNew,
  growthOf,
  type ThresholdSeverity,
  thresholdSeverities,
} from '@mnemoscope/kpi'
import type { Scrape, Totals } from './scrapes.js'

/** New operations of a place at an evaluation. */
export type Added = Pick<Totals, 'count' | 'sum' | 'beyond'>

/** What one evaluation saw, for the next one. */
interface Seen {
  readonly at: number
  readonly series: readonly (Totals | undefined)[]
  readonly start: number | undefined
}

/**
 * What the rules count of one instance, evaluation by evaluation.
 * @param scrapes all of the instance, in order
 * @param interval seconds between two evaluations
 */
export function counting(scrapes: readonly Scrape[], interval: number): (at: number) => Added {
  let seen: Seen | undefined
  let [first, end] = [0, 0]
  return (at: number): Added => {
    while (end < scrapes.length && (scrapes[end]?.at ?? at) <= at) end++
    while (first < end && (scrapes[first]?.at ?? at) <= at - counterReach) first++
    const known = scrapes.slice(first, end)
    const recent = known.filter((scrape) => scrape.at > at - interval)
    const newest = known.at(-1)
    const before = seen !== undefined && seen.at > at - counterReach ? seen : undefined
    const series = newest === undefined ? [] : newest.series.map((_, i) => newestOf(known, i))
    const hasSeries = series.some((each) => each !== undefined)
    const start = newest?.processStart
    // An instance that does not say when its process began is known by its series.
    seen = newest === undefined ? before : { at, series, start: start ?? (hasSeries ? 0 : undefined) }
    const hasRestarted = start !== undefined && before?.start !== undefined && start - before.start > 1
    const isYoung = newest?.uptime !== undefined && newest.uptime < counterReach
    const process = { hasRestarted, isKnown: before?.start !== undefined || isYoung }
    return sumOf(
      series.map((now, i) => {
        const then = before?.series[i]
        const highest = highestOf(recent, i)
        const reading = (of: (totals: Added) => number): CounterReading => ({
          now: now && of(now),
          before: then && of(then),
          highest: highest && of(highest),
        })
        const growth = growthOf(
          reading(({ count }) => count),
          process,
        )
        return each((of) => countNew(reading(of), growth))
      }),
    )
  }
}

const newestOf = (scrapes: readonly Scrape[], i: number) =>
  scrapes.findLast(({ series }) => series[i] !== undefined)?.series[i]

const highestOf = (scrapes: readonly Scrape[], i: number) =>
  scrapes
    .map(({ series }) => series[i])
    .reduce((most, now) => ((now?.count ?? 0) > (most?.count ?? 0) ? now : most), undefined)

/** The sum of series, or of instances. */
export function sumOf(all: readonly Added[]): Added {
  return each((of) => all.reduce((sum, added) => sum + of(added), 0))
}

/** The same for each counter of a series. */
function each(calculate: (of: (added: Added) => number) => number): Added {
  const levels = thresholdSeverities.map((level): [ThresholdSeverity, number] => [
    level,
    calculate(({ beyond }) => beyond[level] ?? 0),
  ])
  return {
    count: calculate(({ count }) => count),
    sum: calculate(({ sum }) => sum),
    beyond: Object.fromEntries(levels),
  }
}
