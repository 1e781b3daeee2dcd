import type { PrecedingChange, ReportCell, ReportSection } from '@mnemoscope/kpi'
import type { DashboardData } from '@mnemoscope/recorder'
import { span } from './units.js'

/**
 * What people changed before each alert that fires with no worse one of the same cause beside it, and what to do about
 * it; nothing where none does.
 */
export function openAlerts({ open_alerts: open }: DashboardData): ReportSection[] {
  const rows = open
    .filter(({ in_force }) => in_force)
    .map(({ message, timestamp, preceded_by, metadata: { annotations } }) => [
      { text: message },
      { text: changedBefore(timestamp, preceded_by) },
      link('runbook', annotations.runbook_url),
      link('dashboard', annotations.dashboard_url),
    ])
  if (rows.length === 0) return []
  const head = ['open', 'changed before', 'runbook', 'dashboard'].map((text) => ({ text }))
  return [{ title: 'WHAT TO DO', rows: [head, ...rows] }]
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
