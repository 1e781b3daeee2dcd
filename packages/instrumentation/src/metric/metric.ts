import type { Accumulator } from '../accumulator/accumulator.js'
import type { Family } from './family.js'

/** One metric with its series, in the order of their birth. */
export interface Metric {
  readonly family: Family
  /** Gauge of the latest value beside a histogram or counter. */
  readonly latest: Family | undefined
  readonly series: ReadonlySet<Accumulator>
  /** Grows whenever a series joins or leaves, so that nobody need look through all of them for a change. */
  readonly revision: number
  join(accumulator: Accumulator): void
  leave(accumulator: Accumulator): void
}

export function metric(family: Family, latest?: Family): Metric {
  const series = new Set<Accumulator>()
  let revision = 0
  return {
    family,
    latest,
    series,
    get revision() {
      return revision
    },
    join(accumulator) {
      series.add(accumulator)
      revision++
    },
    leave(accumulator) {
      series.delete(accumulator)
      revision++
    },
  }
}
