import type { ReportCell } from '@mnemoscope/kpi'
import type { CurrentSnapshot, DashboardData } from '@mnemoscope/recorder'
import { firingRows, toneOfLevel } from './firing.js'
import type { Report } from './report.js'
import { inUnit, utc } from './units.js'

/** What `mnemoscope top` shows: every model as of the newest snapshot, worst first, and what fires. */
export function topOf(data: DashboardData): Report {
  const { timestamp, current, kpis } = data
  const rows = current.toSorted((a, b) => worst(b) - worst(a) || (a.model < b.model ? -1 : 1))
  const head = ['service', 'model', 'context', ...kpis.map(({ title }) => title.toLowerCase())]
  const body = rows.map((snapshot) => [
    { text: snapshot.service },
    { text: snapshot.model },
    { text: snapshot.context_size },
    ...kpis.map(({ id, unit }): ReportCell => {
      const { value = null, severity = null } = snapshot.kpis[id] ?? {}
      return { text: inUnit(value, unit), tone: toneOfLevel(severity) }
    }),
  ])
  const firing = firingRows(data)
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
        rows: firing,
        note: firing.length === 0 ? { text: 'Nothing.', tone: 'good' } : undefined,
      },
    ],
  }
}

const levels = ['warning', 'error', 'critical']

function worst({ kpis }: CurrentSnapshot): number {
  return Math.max(-1, ...Object.values(kpis).map(({ severity }) => levels.indexOf(severity ?? '')))
}
