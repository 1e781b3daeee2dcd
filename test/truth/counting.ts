import { type ThresholdSeverity, thresholdSeverities } from '@mnemoscope/kpi'
import type { Scrape, Totals } from './scrapes.js'

/** New operations of a place at an evaluation. */
export type Added = Pick<Totals, 'count' | 'sum' | 'beyond'>

/** How far back the rules look for a sample, in seconds. */
const reach = 600

export const nothing: Added = { count: 0, sum: 0, beyond: {} }

/** What one evaluation saw, for the next one. */
interface Seen {
  readonly at: number
  readonly series: readonly (Totals | undefined)[]
  readonly start: number | undefined
}

/**
 * What the rules count of one instance, evaluation by evaluation, as `growth` of `@mnemoscope/generate` does: the
 * difference to what they saw at the last evaluation that happened. Where the process began anew, all that it counted,
 * and what the old one did after it was seen.
 * @param scrapes all of the instance, in order
 * @param interval seconds between two evaluations
 */
export function counting(scrapes: readonly Scrape[], interval: number): (at: number) => Added {
  let seen: Seen | undefined
  let [first, end] = [0, 0]
  return (at: number): Added => {
    while (end < scrapes.length && (scrapes[end]?.at ?? at) <= at) end++
    while (first < end && (scrapes[first]?.at ?? at) <= at - reach) first++
    const known = scrapes.slice(first, end)
    const newest = known.at(-1)
    const before = seen !== undefined && seen.at > at - reach ? seen : undefined
    const series = newest === undefined ? [] : newest.series.map((_, i) => newestOf(known, i))
    const start = newest?.processStart
    const hasSeries = series.some((each) => each !== undefined)
    const startNow = newest?.processStart ?? (hasSeries ? 0 : undefined)
    seen = newest === undefined ? before : { at, series, start: startNow }
    // All that a young process did is recent. A clock may be ahead, so a start in the future says nothing.
    const isYoung = start !== undefined && Math.abs(at - start) < reach
    const hasRestarted = start !== undefined && before?.start !== undefined && start - before.start > 1
    return sumOf(
      series.map((now, i): Added => {
        const then = before?.series[i]
        if (now === undefined) return nothing
        const hasFallen = then !== undefined && now.count < then.count
        // The new process may not have measured anything yet: then the old one's counter is still the newest.
        if (hasFallen || (hasRestarted && now.count !== then?.count)) {
          const highest = highestOf(
            known.filter((scrape) => scrape.at > at - interval),
            i,
          )
          const endedAbove = then !== undefined && highest !== undefined && now.count < highest.count
          return endedAbove ? sumOf([now, less(highest, then)]) : now
        }
        if (then !== undefined) return less(now, then)
        return before?.start !== undefined || isYoung ? now : nothing
      }),
    )
  }
}

const newestOf = (scrapes: readonly Scrape[], i: number) =>
  scrapes.findLast(({ series }) => series[i] !== undefined)?.series[i]

const highestOf = (scrapes: readonly Scrape[], i: number) =>
  scrapes
    .map(({ series }) => series[i])
    .reduce((most, each) => ((each?.count ?? 0) > (most?.count ?? 0) ? each : most), undefined)

export function sumOf(all: readonly Added[]): Added {
  return combined((of) => all.reduce((sum, each) => sum + of(each), 0))
}

const less = (now: Added, then: Added): Added => combined((of) => of(now) - of(then))

function combined(calculate: (of: (added: Added) => number) => number): Added {
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
