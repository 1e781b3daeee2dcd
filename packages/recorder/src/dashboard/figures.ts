import { type Config, extremeText, isQuantile, meanText, quantileText } from '@mnemoscope/kpi'
import type { KpiStatistics, Totals } from './summary.js'

/** `avg_<kpi>`, `min_<kpi>` and `max_<kpi>` of each KPI, and its `quantile_<kpi>`; null is unknown. */
export function statistics(totals: Totals, kpis: Config['kpis']): Record<string, number | null> {
  return {
    ...Object.fromEntries(
      (['avg', 'min', 'max'] as const).flatMap((statistic) =>
        Object.keys(kpis).map((id) => [`${statistic}_${id}`, totals.kpis[id]?.[statistic] ?? null]),
      ),
    ),
    ...quantiles(totals, kpis),
  }
}

/** `quantile_<kpi>` of each KPI that is judged by one. */
export function quantiles(totals: Totals, kpis: Config['kpis']): Record<string, number | null> {
  return Object.fromEntries(
    Object.values(kpis).flatMap(({ id, statistic }) =>
      isQuantile(statistic) ? [[`quantile_${id}`, totals.kpis[id]?.quantile ?? null]] : [],
    ),
  )
}

/** `avg_<kpi>` of each KPI; null is unknown. */
export function averages(totals: Totals, kpiIds: readonly string[]): Record<string, number | null> {
  return Object.fromEntries(kpiIds.map((id) => [`avg_${id}`, totals.kpis[id]?.avg ?? null]))
}

/** `samples_<kpi>` of each KPI: how many operations (of a gauge: readings) an average is over. */
export function samples(totals: Totals, kpiIds: readonly string[]): Record<string, number | null> {
  return Object.fromEntries(kpiIds.map((id) => [`samples_${id}`, totals.kpis[id]?.samples ?? null]))
}

/** What each known number of `statistics` is of: `mean of 4,131 operations`. */
export function statisticsInWords({ kpis: totals }: Totals, kpis: Config['kpis']): Record<string, string> {
  return known(
    Object.values(kpis).flatMap((kpi) => {
      const own = totals[kpi.id]
      const hasValue = (own?.snapshots ?? 0) > 0
      return [
        [`avg_${kpi.id}`, own === undefined ? null : meanText(kpi, own)],
        [`min_${kpi.id}`, hasValue ? extremeText(kpi, 'lowest') : null],
        [`max_${kpi.id}`, hasValue ? extremeText(kpi, 'highest') : null],
        quantileInWords(kpi, own),
      ] as const
    }),
  )
}

/** What each known number of `averages` and `quantiles` is of. */
export function averagesInWords({ kpis: totals }: Totals, kpis: Config['kpis']): Record<string, string> {
  return known(
    Object.values(kpis).flatMap((kpi) => {
      const own = totals[kpi.id]
      return [
        [`avg_${kpi.id}`, own === undefined ? null : meanText(kpi, own, 'model')] as const,
        quantileInWords(kpi, own),
      ]
    }),
  )
}

function quantileInWords(
  { id, statistic }: Config['kpis'][string],
  own: KpiStatistics | undefined,
): readonly [name: string, text: string | null] {
  const { quantile = null, bucketed = null } = own ?? {}
  const isKnown = isQuantile(statistic) && quantile !== null && bucketed !== null
  return [`quantile_${id}`, isKnown ? quantileText(statistic, bucketed) : null]
}

function known(entries: readonly (readonly [string, string | null])[]): Record<string, string> {
  return Object.fromEntries(entries.flatMap(([name, text]) => (text === null ? [] : [[name, text]])))
}
