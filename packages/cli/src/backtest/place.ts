import { type Kpi, overridden, overrideMatches, overrideRank, type Place } from '@mnemoscope/kpi'

/** A KPI as it is judged at a place: with the most narrowly aimed override for it. */
export function kpiAt(kpi: Kpi, place: Place): Kpi {
  const [narrowest] = kpi.overrides
    .filter((override) => overrideMatches(override, place))
    .sort((a, b) => overrideRank(b) - overrideRank(a))
  return narrowest === undefined ? kpi : overridden(kpi, narrowest)
}
