import { alertKindOf, type Config, names } from '@mnemoscope/kpi'
import { kpiOf } from '../config/source.js'
import type { PrometheusClient } from '../prometheus/client.js'
import { type Matrix, querySamples } from '../prometheus/query.js'
import type { FiringPeriod } from './firing-periods.js'
import type { KeptValues } from './observation.js'

/** When an alert fired, as far as it was looked for. */
type ShownPeriod = Pick<FiringPeriod, 'first' | 'last' | 'startKnown'>

/** Finds what a Prometheus has kept of the values that an alert showed while it fired. */
export type KeptOf = (alert: Matrix['labels'], period: ShownPeriod) => KeptValues | undefined

/** Finds what Prometheus has kept of the values that an alert of a threshold showed from one time to another. */
export async function keptValues(
  prometheus: PrometheusClient,
  kpis: Config['kpis'],
  { from, to }: { readonly from: number; readonly to: number },
): Promise<KeptOf> {
  const selector = `{__name__=~"${names.shownSeries.pattern}"}[${Math.ceil(to - from)}ms]`
  const shown = new Map(
    (await querySamples(prometheus, selector, new Date(to))).map(({ labels, samples }) => {
      const [, kpi = ''] = new RegExp(names.shownSeries.kpiPattern).exec(labels.__name__ ?? '') ?? []
      return [placeKey(kpi, labels), samples]
    }),
  )
  return (alert, { first, last, startKnown }) => {
    const kpi = kpiOf(kpis, alert[names.label.kpi])
    if (kpi === undefined || alertKindOf(alert.alertname ?? '', kpi.id) !== 'threshold') return undefined
    const own = (shown.get(placeKey(kpi.id, alert)) ?? []).filter(
      ({ at, value }) => at >= first && at <= last && Number.isFinite(value),
    )
    if (own.length === 0) return undefined
    const atStart = startKnown ? own.find(({ at }) => at === first)?.value : undefined
    const worst = worstOf(
      kpi,
      own.map(({ value }) => value),
    )
    return { worst, ...(atStart === undefined ? {} : { atStart }) }
  }
}

/** What replicas of a Prometheus have kept of one alert, as one: the worst of all, and the start of the one that saw it. */
export function joinKept(
  kpis: Config['kpis'],
  alert: Matrix['labels'],
  kept: readonly (KeptValues | undefined)[],
): KeptValues | undefined {
  const kpi = kpiOf(kpis, alert[names.label.kpi])
  const worst = kept.flatMap((each) => (each?.worst === undefined ? [] : [each.worst]))
  if (kpi === undefined || worst.length === 0) return undefined
  const atStart = kept.find((each) => each?.atStart !== undefined)?.atStart
  return { worst: worstOf(kpi, worst), ...(atStart === undefined ? {} : { atStart }) }
}

function worstOf({ direction }: Config['kpis'][string], values: readonly number[]): number {
  return direction === 'higher_is_better' ? Math.min(...values) : Math.max(...values)
}

function placeKey(kpi: string, labels: Matrix['labels']): string {
  return JSON.stringify([kpi, ...names.seriesLabels.map((label) => labels[label] ?? '')])
}
