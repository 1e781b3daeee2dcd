import type { ReportCell, ReportSection } from '@mnemoscope/kpi'
import type { DashboardData } from '@mnemoscope/recorder'

/** What to do about each alert that fires with no worse one of the same cause beside it; nothing where none does. */
export function openAlerts({ open_alerts: open }: DashboardData): ReportSection[] {
  const rows = open
    .filter(({ in_force }) => in_force)
    .map(({ message, metadata: { annotations } }) => [
      { text: message },
      link('runbook', annotations.runbook_url),
      link('dashboard', annotations.dashboard_url),
    ])
  if (rows.length === 0) return []
  const head = ['open', 'runbook', 'dashboard'].map((text) => ({ text }))
  return [{ title: 'WHAT TO DO', rows: [head, ...rows] }]
}

/** Annotations come from outside: only addresses that a reader may open without harm are links. */
function link(text: string, url: string | undefined): ReportCell {
  return url !== undefined && /^https?:\/\//.test(url) ? { text, href: url } : { text: '' }
}
