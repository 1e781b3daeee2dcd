import type { Accumulator } from '../accumulator/accumulator.js'
import type { Family } from './family.js'

/** One metric with its series, in the order of their birth. */
export interface Metric {
  readonly family: Family
  /** Gauge of the latest value beside a histogram or counter. */
  readonly latest: Family | undefined
  readonly series: Set<Accumulator>
}

export function metric(family: Family, latest?: Family): Metric {
  return { family, latest, series: new Set() }
}
