import type { AlertEpisode, DashboardData, DashboardKpi } from './api.js'
import { element } from './dom.js'
import { formatExact } from './format.js'
import { rank } from './level.js'

/** An alert that fires, and the milder levels that fire beside it. */
export interface FiringAlert {
  readonly alert: AlertEpisode
  readonly milder: readonly AlertEpisode[]
}

/**
 * Alerts that fire, the worst and then the oldest first. Several levels of one KPI, service, model and context size are
 * one alert of the worst of them.
 */
export function firingAlerts({ open_alerts }: DashboardData): FiringAlert[] {
  const sorted = open_alerts.toSorted((a, b) => rank(a.level) - rank(b.level) || a.timestamp - b.timestamp)
  const firing: { alert: AlertEpisode; milder: AlertEpisode[] }[] = []
  for (const alert of sorted) {
    const worse = alert.is_worst ? undefined : firing.find(({ alert: other }) => isSamePlace(alert, other))
    if (worse) worse.milder.push(alert)
    else firing.push({ alert, milder: [] })
  }
  return firing
}

function isSamePlace(a: AlertEpisode, b: AlertEpisode): boolean {
  return (
    a.metric_type === b.metric_type &&
    a.service === b.service &&
    a.model === b.model &&
    a.context_size === b.context_size &&
    a.operation === b.operation
  )
}

/** What is known of the KPI that an alert is about. */
export interface AlertKpi extends Pick<DashboardKpi, 'id' | 'title' | 'unit' | 'is_reading'> {
  /** Undefined for a KPI that the configuration no longer has. */
  readonly direction: DashboardKpi['direction'] | undefined
}

/**
 * The KPI that an alert's numbers are of: one that the configuration no longer has is shown by its id. Undefined for an
 * alert whose numbers are not of a KPI, such as one of the pipeline. A missed target is measured in times that it allows.
 */
export function kpiOf(
  { metric_type: id, kind }: AlertEpisode,
  kpis: readonly DashboardKpi[],
): AlertKpi | undefined {
  if (id === null || kind === 'no_data' || kind === 'pipeline' || kind === 'other') return undefined
  const kpi = kpis.find((each) => each.id === id) ?? {
    id,
    title: id,
    unit: '',
    direction: undefined,
    is_reading: true,
  }
  return kind === 'burn' ? { ...kpi, unit: 'times', direction: 'lower_is_better' } : kpi
}

/** What an alert is about, in words. */
export function titleOf(alert: AlertEpisode, kpi: AlertKpi | undefined): string {
  if (!kpi || !alert.model || alert.kind !== 'threshold') return alert.message
  return `${kpi.title} of ${alert.model}${alert.operation ? ` (${alert.operation})` : ''}`
}

/** A threshold as a condition: `≤ 0.8`. */
export function conditionOf(
  threshold: number,
  { direction, unit }: Pick<AlertKpi, 'direction' | 'unit'>,
): string {
  const sign = direction === 'higher_is_better' ? '≤ ' : direction === 'lower_is_better' ? '≥ ' : ''
  return `${sign}${formatExact(threshold, unit)}`
}

/** A dashboard of Grafana has its uid after `/d/`; without Grafana an alert's dashboard is this page itself. */
const grafanaPath = /\/d\/[^/]+$/

/** Where an alert leads: what to do, and Grafana's dashboard of it. */
export function alertLinks({ metadata }: AlertEpisode, className?: string): HTMLAnchorElement[] {
  const { runbook_url: runbook, dashboard_url: dashboard } = metadata.annotations
  const to = (url: string | undefined, text: string, pattern = /^/) =>
    url !== undefined && isSafe(url) && pattern.test(new URL(url).pathname)
      ? [element('a', { href: url, rel: 'noreferrer', class: className }, text)]
      : []
  return [...to(runbook, 'Runbook'), ...to(dashboard, 'Dashboard', grafanaPath)]
}

/** Only links that a browser may follow without harm; annotations come from outside. */
function isSafe(url: string): boolean {
  return /^https?:\/\//.test(url) && URL.canParse(url)
}
