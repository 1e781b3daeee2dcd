import type { Kpi } from '@mnemoscope/kpi'
import type { Scrape, Totals } from './scrapes.js'

/** A series that a process exposes of a KPI at one place, or its gauge. */
export interface Exposed {
  /** What follows the name of the metric. */
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** What a scrape has of it; undefined before it is there. */
  readonly of: (scrape: Scrape) => number | undefined
}

/** The counters of a KPI at one place, or its gauge. */
export function countersOf(kpi: Kpi): Exposed[] {
  const of =
    (read: (totals: Totals) => number, i = 0) =>
    ({ series }: Scrape) => {
      const totals = series[i]
      return totals === undefined ? undefined : read(totals)
    }
  if (kpi.instrument === 'gauge') return [{ name: '', labels: {}, of: of(({ sum }) => sum) }]
  if (kpi.outcomes !== undefined) {
    const { label, counted, others } = kpi.outcomes
    return [counted[0], others[0]].map((outcome, i) => ({
      name: '',
      labels: { [label]: outcome ?? '' },
      of: of(({ count }) => count, i),
    }))
  }
  const bucket = (le: string, read: (totals: Totals) => number) => ({
    name: '_bucket',
    labels: { le },
    of: of(read),
  })
  return [
    { name: '_count', labels: {}, of: of(({ count }) => count) },
    { name: '_sum', labels: {}, of: of(({ sum }) => sum) },
    ...kpi.boundaries.map((boundary, i) => bucket(String(boundary), ({ buckets }) => buckets[i] ?? 0)),
    bucket('+Inf', ({ count }) => count),
  ]
}
