import type { Config, Kpi } from '@mnemoscope/kpi'
import { historyOf, ofOperation } from './history.js'
import type { Incident } from './incidents.js'
import { type Suggestion, suggestThresholds, type TooShort } from './suggest.js'

/** The past that suggestions come from. */
export interface Past {
  /** Address of Prometheus. */
  readonly url: string
  readonly config: Config
  /** Unix seconds. */
  readonly range: { readonly start: number; readonly end: number; readonly step: number }
  readonly operation?: string | undefined
}

/** What is suggested for each KPI that has a past. @param incidents gives a KPI's past alerts, newest first */
export async function suggestionsFor(
  { url, config, range, operation }: Past,
  incidents: (kpi: Kpi) => Promise<readonly Incident[]>,
): Promise<(Suggestion | TooShort)[]> {
  const suggestions: (Suggestion | TooShort)[] = []
  for (const kpi of Object.values(config.kpis)) {
    const places = await historyOf(url, config, kpi, range, [
      ...kpi.boundaries,
      ...Object.values(kpi.thresholds),
    ])
    const suggestion = suggestThresholds(kpi, ofOperation(places, operation), await incidents(kpi))
    if (suggestion !== undefined) suggestions.push(suggestion)
  }
  return suggestions
}
