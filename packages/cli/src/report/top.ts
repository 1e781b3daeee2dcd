import type { ReportCell } from '@mnemoscope/kpi'
import type { CurrentSnapshot, DashboardData } from '@mnemoscope/recorder'
import type { Report } from './report.js'
import { inUnit, utc } from './units.js'

/** What `mnemoscope top` shows: every model as of the newest snapshot, worst first, and what fires. */
export function topOf({ timestamp, current, kpis, open_alerts }: DashboardData): Report {
  const rows = current.toSorted((a, b) => worst(b) - worst(a) || (a.model < b.model ? -1 : 1))
  const head = ['service', 'model', 'context', ...kpis.map(({ title }) => title.toLowerCase())]
  const body = rows.map((snapshot) => [
    { text: snapshot.service },
    { text: snapshot.model },
    { text: snapshot.context_size },
    ...kpis.map(({ id, unit }): ReportCell => {
      const { value = null, severity = null } = snapshot.kpis[id] ?? {}
      return { text: inUnit(value, unit), tone: toneOf(severity) }
    }),
  ])
  const alerts = open_alerts
    .filter(({ in_force }) => in_force)
    .map((alert) => [
      { text: (alert.level ?? 'unknown').toUpperCase(), tone: toneOf(alert.level) },
      { text: utc(alert.timestamp) },
      { text: alert.message },
    ])
  return {
    heading: utc(timestamp),
    sections: [
      {
        title: 'NOW',
        rows: body.length === 0 ? [] : [head.map((text) => ({ text })), ...body],
        note: body.length === 0 ? { text: 'No snapshot yet.' } : undefined,
      },
      {
        title: 'FIRING',
        rows: alerts.length === 0 ? [] : [['level', 'since', ''].map((text) => ({ text })), ...alerts],
        note: alerts.length === 0 ? { text: 'Nothing.', tone: 'good' } : undefined,
      },
    ],
  }
}

const levels = ['warning', 'error', 'critical']

function worst({ kpis }: CurrentSnapshot): number {
  return Math.max(-1, ...Object.values(kpis).map(({ severity }) => levels.indexOf(severity ?? '')))
}

function toneOf(level: string | null): ReportCell['tone'] {
  if (level === null || level === 'info') return undefined
  return level === 'warning' ? 'warning' : 'bad'
}
