import { type Kpi, names } from '@mnemoscope/kpi'
import { and, or, over, unless } from '../promql.js'
import { partition, within } from '../region.js'
import type { RecordingRule } from '../rule.js'
import { judgedPlaces, tierParts, tierValue, trusted, windowsOf } from './tiers.js'

const { current, judged, mean, samples, windowed } = names.recordedSeries

/**
 * The number of samples at every place that is judged by a window, each place by the first window that can be trusted
 * there, and 0 at all others: after a restart of Prometheus nothing says that a series has ended, so one that has to
 * end would go on for minutes. Decided once, for all that is recorded of that window.
 */
export function judgedRules(kpi: Kpi): RecordingRule[] {
  return tierParts(kpi).flatMap(({ value: tiers, region }) =>
    tiers.map((tier, i) => {
      const first = tiers
        .slice(0, i)
        .reduce((expr, { window }) => unless(expr, judgedPlaces(kpi, window)), trusted(kpi, tier, region))
      const all = within(windowed(kpi, 'count', tier.window), region)
      return { record: judged(kpi, tier.window), expr: or([first, `0 * ${all}`]) }
    }),
  )
}

/** The value that is judged. */
export function currentRules(kpi: Kpi): RecordingRule[] {
  return tierParts(kpi).map(({ value: tiers, region }) => ({
    record: current(kpi),
    expr: or(tiers.map((tier) => and(tierValue(kpi, tier), judgedPlaces(kpi, tier.window, region)))),
  }))
}

/** What is stored and shown with the value: the mean over the same window and the number of samples behind both. */
export function besideCurrentRules(kpi: Kpi): RecordingRule[] {
  const averaged = kpi.outcomes === undefined ? 'mean' : 'ratio'
  const windows = windowsOf(kpi).map(({ window }) => window)
  return [
    {
      record: mean(kpi),
      expr: or(windows.map((window) => and(windowed(kpi, averaged, window), judgedPlaces(kpi, window)))),
    },
    { record: samples(kpi), expr: or(windows.map((window) => judgedPlaces(kpi, window))) },
  ]
}

/**
 * The newest value of each place, for as long as another is expected: what alerts on missing data go by. It reads
 * `current`, which ends with the data, so it cannot keep itself alive.
 */
export function lastRules(kpi: Kpi): RecordingRule[] {
  const record = names.recordedSeries.last(kpi)
  return partition(kpi, ({ noData, expectedFor }) => ({ noData, expectedFor })).flatMap(
    ({ value, region }) => {
      if (value.noData === 'ignore') return []
      const lastOf = (selector: string) => over('last_over_time', selector, value.expectedFor)
      return [{ record, expr: within(names.recordedSeries.current(kpi), region, lastOf) }]
    },
  )
}
