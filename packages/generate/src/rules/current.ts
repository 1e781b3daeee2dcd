import { type Kpi, names } from '@mnemoscope/kpi'
import { and, or } from '../promql.js'
import type { RecordingRule } from '../rule.js'
import { tierParts, tierValue, trusted } from './tiers.js'

/** The value that is judged, from the first tier that can be trusted, and the number of samples behind it. */
export function currentRules(kpi: Kpi): RecordingRule[] {
  return tierParts(kpi).flatMap(({ value: tiers, region }) => {
    const values = tiers.map((tier) => and(tierValue(kpi, tier), trusted(kpi, tier, region)))
    return [
      { record: names.recordedSeries.current(kpi), expr: or(values) },
      {
        record: names.recordedSeries.samples(kpi),
        expr: or(tiers.map((tier) => trusted(kpi, tier, region))),
      },
    ]
  })
}
