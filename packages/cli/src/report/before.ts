import type { ReportSection } from '@mnemoscope/kpi'
import type { AnswerOf, DashboardData } from '@mnemoscope/recorder'
import { beforeLines, lineText, nothingBefore } from '@mnemoscope/recorder/shown'
import { ask } from '../recorder-client.js'
import { subject, worstAlerts } from './now.js'
import { utcOf } from './units.js'

type Detail = AnswerOf<'GET /api/episodes/{id}'>

/** For so many of the worst alerts, report and top list what came before. */
const mostListed = 3

/** What is known of the worst alerts that fire. @throws as `ask` does */
export function detailsOfWorst(recorder: string, data: DashboardData): Promise<Detail[]> {
  const worst = worstAlerts(data).slice(0, mostListed)
  return Promise.all(
    worst.map(({ id }) =>
      ask(recorder, 'GET /api/episodes/{id}', { has: 'transitions', params: { id: String(id) } }),
    ),
  )
}

/** What came before the worst alerts, line by line, as the page shows it; no section if none fires. */
export function beforeSection(data: DashboardData, details: readonly Detail[]): ReportSection[] {
  if (details.length === 0) return []
  const rows = details.flatMap((detail) =>
    beforeTexts(detail, data.kpis, data.timestamp).map((text, i) => [
      { text: i === 0 ? subject(detail, data) : '' },
      { text },
    ]),
  )
  const more = worstAlerts(data).length - details.length
  return [
    {
      title: 'WHAT CHANGED BEFORE',
      rows: [[{ text: 'alert' }, { text: 'before it' }], ...rows],
      note:
        more > 0
          ? { text: `Of the ${details.length} worst alerts. For the others, see the page.` }
          : undefined,
    },
  ]
}

/** What came before an episode, line by line; one line says that nothing is on record. */
export function beforeTexts(
  detail: Parameters<typeof beforeLines>[0],
  kpis: readonly {
    id: string
    title: string
    unit: string
    direction: 'higher_is_better' | 'lower_is_better'
  }[],
  now: number,
): string[] {
  const lines = beforeLines(detail, new Map(kpis.map((kpi) => [kpi.id, kpi])))
  return lines.length === 0 ? [nothingBefore] : lines.map((line) => lineText(line, (at) => utcOf(at, now)))
}
