import type { PrecedingChange, ReportCell, ReportTone } from '@mnemoscope/kpi'
import type { DashboardData } from '@mnemoscope/recorder'
import { inUnit, span, utcOf } from './units.js'

type Episode = DashboardData['open_alerts'][number]

const levels = ['info', 'warning', 'error', 'critical']

/** The firing alerts of the worst level of each KPI and place: the worst first, then the oldest. */
export function worstAlerts({ open_alerts: open }: Pick<DashboardData, 'open_alerts'>): Episode[] {
  return open
    .filter(({ is_worst }) => is_worst)
    .toSorted(
      (a, b) => levels.indexOf(b.level ?? '') - levels.indexOf(a.level ?? '') || a.timestamp - b.timestamp,
    )
}

/** What an alert is about, in as few words as tell it apart; its message where it is of no KPI of a model. */
export function subject(
  { metric_type, model, service, message, context_size: size }: Episode,
  { kpis, current }: DashboardData,
): string {
  const kpi = kpis.find(({ id }) => id === metric_type)
  if (kpi === undefined || model === null) return message
  const services = new Set(current.map((snapshot) => snapshot.service))
  const where = services.size > 1 ? ` in ${service}` : ''
  return `${kpi.title} of ${model}${where}, context ${size}`
}

/** The newest value of what an alert is about, and the threshold that it breached; unknown parts are undefined. */
export function standing(
  { metric_type, service, model, threshold, context_size: size }: Episode,
  { kpis, current }: DashboardData,
): { readonly now?: string; readonly threshold?: string } {
  const kpi = kpis.find(({ id }) => id === metric_type)
  if (kpi === undefined) return {}
  const place = current.find(
    (snapshot) => snapshot.service === service && snapshot.model === model && snapshot.context_size === size,
  )
  const value = place?.kpis[kpi.id]?.value
  const sign = kpi.direction === 'higher_is_better' ? '≤' : '≥'
  return {
    ...(value === null || value === undefined ? {} : { now: inUnit(value, kpi.unit) }),
    ...(threshold === null ? {} : { threshold: `${sign} ${inUnit(threshold, kpi.unit)}` }),
  }
}

/**
 * A table of what fires: how bad, for how long, what it is now, what people changed last before it, and where to go;
 * empty where nothing fires.
 */
export function firingRows(data: DashboardData): ReportCell[][] {
  const rows = worstAlerts(data).map((alert): ReportCell[] => {
    const { now = '', threshold = '' } = standing(alert, data)
    const { annotations } = alert.metadata
    return [
      { text: (alert.level ?? 'unknown').toUpperCase(), tone: toneOfLevel(alert.level) },
      { text: utcOf(alert.timestamp, data.timestamp) },
      { text: span(data.timestamp - alert.timestamp) },
      { text: now, tone: toneOfLevel(alert.level) },
      { text: threshold },
      { text: subject(alert, data) },
      { text: changedBefore(alert.timestamp, alert.preceded_by) },
      link('runbook', annotations.runbook_url),
      link('dashboard', annotations.dashboard_url),
    ]
  })
  if (rows.length === 0) return []
  const head = ['level', 'since', 'for', 'now', 'threshold', 'what', 'changed before', 'runbook', 'dashboard']
  return [head.map((text) => ({ text })), ...rows]
}

/** How a level is meant. */
export function toneOfLevel(level: string | null): ReportTone | undefined {
  if (level === 'warning') return 'warning'
  return level === 'error' || level === 'critical' ? 'bad' : undefined
}

function changedBefore(began: number, change: PrecedingChange | null): string {
  if (change === null) return 'nothing known'
  const { kind, what, at, by } = change
  const done = kind === 'deployment' ? 'deployed' : 'changed'
  return `${what} ${done} ${span(began - at)} before${by === null ? '' : ` by ${by}`}`
}

/** Annotations come from outside: only addresses that a reader may open without harm are links. */
function link(text: string, url: string | undefined): ReportCell {
  return url !== undefined && /^https?:\/\//.test(url) ? { text, href: url } : { text: '' }
}
