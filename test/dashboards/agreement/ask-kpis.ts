import type { Kpi } from '@mnemoscope/kpi'
import { look } from '../look.js'
import { gapAt } from '../seed/story.js'
import { kpis } from './kpis.js'
import { type Shownings, shownOf } from './shown.js'
import type { Views } from './views.js'

/** Dashboard, panel and, where it has several, query of a KPI. */
export type QueryOfKpi = (kpi: Kpi) => readonly [dashboard: string, title: string, refId?: string]

/** The newest sample of each series, of one PromQL query for each KPI: `kpi model`. */
export async function newestSamples(
  { dashboards }: Views,
  where: QueryOfKpi,
  { of = kpis, window = '1h' }: { of?: readonly Kpi[]; window?: string } = {},
): Promise<Shownings> {
  const all = await Promise.all(
    of.map(async (kpi) => {
      const [dashboard, title, refId] = where(kpi)
      const answer = await dashboards.promql(dashboard, title, refId, { ...look(), window })
      return answer.map((series) => ({ kpi, series }))
    }),
  )
  return shownOf(all.flat(), ({ kpi, series: { labels, samples } }) => [
    [`${kpi.id} ${labels.model}`, samples.at(-1)?.[1]],
  ])
}

/** Each KPI at each snapshot's instant, of one range query for each: `kpi model instant`. */
export async function courses({ dashboards }: Views, where: QueryOfKpi): Promise<Shownings> {
  const all = await Promise.all(
    kpis.map(async (kpi) => (await dashboards.promql(...where(kpi))).map((series) => ({ kpi, series }))),
  )
  return shownOf(all.flat(), ({ kpi, series: { labels, samples } }) =>
    samples.filter(isSnapshot).map(([at, value]) => [`${kpi.id} ${labels.model} ${at}`, value] as const),
  )
}

/** Prometheus has values between snapshots, and those of the gap. */
export function isSnapshot([at]: readonly [number, number]): boolean {
  return at % 60 === 0 && at !== gapAt.getTime() / 1_000
}

/** The first row of one SQL query for each KPI: `kpi`. */
export async function firstRows(
  { dashboards }: Views,
  where: (kpi: Kpi) => readonly [dashboard: string, title: string],
): Promise<Shownings> {
  const all = await Promise.all(kpis.map(async (kpi) => ({ kpi, rows: await dashboards.sql(...where(kpi)) })))
  return shownOf(all, ({ kpi, rows }) => [[kpi.id, rows[0]?.value as number]])
}
