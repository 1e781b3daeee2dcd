import { type Kpi, names } from '@mnemoscope/kpi'
import { and, or } from '../promql.js'
import type { RecordingRule } from '../rule.js'
import { type Tier, tierParts, tierValue, trusted } from './tiers.js'

/**
 * The value that is judged, from the first tier that can be trusted, with the mean over the same window and the number
 * of samples behind both.
 */
export function currentRules(kpi: Kpi): RecordingRule[] {
  const averaged = kpi.outcomes === undefined ? 'mean' : 'ratio'
  return tierParts(kpi).flatMap(({ value: tiers, region }) => {
    const chosen = (seriesOf: (tier: Tier) => string) =>
      or(tiers.map((tier) => and(seriesOf(tier), trusted(kpi, tier, region))))
    return [
      { record: names.recordedSeries.current(kpi), expr: chosen((tier) => tierValue(kpi, tier)) },
      {
        record: names.recordedSeries.mean(kpi),
        expr: chosen(({ window }) => names.recordedSeries.windowed(kpi, averaged, window)),
      },
      {
        record: names.recordedSeries.samples(kpi),
        expr: or(tiers.map((tier) => trusted(kpi, tier, region))),
      },
    ]
  })
}
