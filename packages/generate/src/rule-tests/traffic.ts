import { type Kpi, names, outcomesOf } from '@mnemoscope/kpi'
import { is, select } from '../promql.js'
import { type SeriesValue, seriesValues } from './rule-test.js'

/** What a service does for a number of scrapes. */
export interface Phase {
  readonly scrapes: number
  /** Operations that end before a scrape, once in `every` scrapes. Default: 1. */
  readonly operations?: number
  /** Operations come before every n-th scrape of the phase, first before its first. Default: 1. */
  readonly every?: number
  /** What each operation measures: a number, or the outcome of a counter KPI. Left out: no operations. */
  readonly measured?: number | string
  /** `gone`: the target does not answer. `restarted`: its counters begin at zero with this phase. */
  readonly target?: 'gone' | 'restarted'
}

/** The labels of a series that a service exposes. */
export type SeriesLabels = Readonly<Record<string, string>>

/**
 * Series that a service exposes for a KPI while it lives through phases, in promtool's notation: one value for each
 * scrape, `_` for none, `stale` where the series ends.
 */
export function exposed(kpi: Kpi, labels: SeriesLabels, phases: readonly Phase[]): Record<string, string> {
  const metric = names.metricName(kpi)
  if (kpi.outcomes !== undefined) {
    const { label } = kpi.outcomes
    return Object.fromEntries(
      outcomesOf(kpi).map((outcome) => [
        seriesName(metric, { ...labels, [label]: outcome }),
        cumulated(phases, (measured) => (measured === outcome ? 1 : 0)),
      ]),
    )
  }
  if (kpi.instrument === 'gauge') return { [seriesName(metric, labels)]: readings(phases) }
  // Most buckets count the same operations: their values are written once.
  const known = new Map<string, string>()
  const bucketValues = (boundary: number) => {
    const holds = (measured: number | string) => Number(measured) <= boundary
    const held = phases.map(({ measured }) => measured !== undefined && holds(measured)).join()
    const values = known.get(held) ?? cumulated(phases, (measured) => (holds(measured) ? 1 : 0))
    known.set(held, values)
    return values
  }
  const buckets = [...kpi.boundaries, Number.POSITIVE_INFINITY].map((boundary) => [
    seriesName(`${metric}_bucket`, {
      ...labels,
      le: boundary === Number.POSITIVE_INFINITY ? '+Inf' : String(boundary),
    }),
    bucketValues(boundary),
  ])
  return {
    [seriesName(`${metric}_sum`, labels)]: cumulated(phases, Number),
    [seriesName(`${metric}_count`, labels)]: cumulated(phases, () => 1),
    ...Object.fromEntries(buckets),
  }
}

function seriesName(name: string, labels: SeriesLabels): string {
  return select(
    name,
    Object.entries(labels).map(([label, value]) => is(label, value)),
  )
}

/** A counter's values, each operation adding its weight. */
function cumulated(phases: readonly Phase[], weight: (measured: number | string) => number): string {
  let total = 0
  return written(phases, ({ operations = 1, every = 1, measured, target }, scrape) => {
    if (target === 'restarted' && scrape === 0) total = 0
    if (measured !== undefined && scrape % every === 0) total += operations * weight(measured)
    return total
  })
}

/** A gauge's values; it keeps the last one through phases that measure nothing. */
function readings(phases: readonly Phase[]): string {
  let last: number | undefined
  return written(phases, ({ measured }) => {
    if (measured !== undefined) last = Number(measured)
    return last
  })
}

function written(
  phases: readonly Phase[],
  next: (phase: Phase, scrape: number) => number | undefined,
): string {
  const values: SeriesValue[] = []
  for (const phase of phases) {
    for (let scrape = 0; scrape < phase.scrapes; scrape++) {
      if (phase.target === 'gone') {
        // Prometheus marks every series of a target stale at the first scrape that fails.
        values.push(values.length > 0 && scrape === 0 ? 'stale' : '_')
        continue
      }
      values.push(next(phase, scrape) ?? '_')
    }
  }
  return seriesValues(values)
}
