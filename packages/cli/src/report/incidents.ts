import type { ReportCell, ReportSection } from '@mnemoscope/kpi'
import type { AnswerOf } from '@mnemoscope/recorder'
import { toneOfLevel } from './now.js'
import { span, utc } from './units.js'

export type Incident = AnswerOf<'GET /api/incidents'>['incidents'][number]
export type IncidentDetail = AnswerOf<'GET /api/incidents/{id}'>

/** How many incidents the section of a report lists. */
export const shownIncidents = 10

/** Incidents of a time, those that are not over first. @param now Unix seconds */
export function incidentsSection(incidents: readonly Incident[], now: number): ReportSection {
  const title = 'INCIDENTS'
  if (incidents.length === 0) return { title, rows: [], note: { text: 'None.', tone: 'good' } }
  const isOver = ({ state }: Incident) => Number(state === 'resolved')
  const shown = incidents.toSorted((a, b) => isOver(a) - isOver(b)).slice(0, shownIncidents)
  const more = incidents.length - shown.length
  return {
    title,
    rows: [
      head('id', 'began', 'severity', 'state', 'lasted', 'what', 'people'),
      ...shown.map((incident) => [
        { text: String(incident.id) },
        { text: utc(incident.starts_at) },
        severityOf(incident.level),
        { text: incident.state },
        { text: lasted(incident, now) },
        { text: incident.title },
        { text: incident.people.join(', ') || 'nobody yet' },
      ]),
    ],
    note: more === 0 ? undefined : { text: `${more} more in this time.` },
  }
}

/** One incident: what it is, its alerts, its timeline. @param now Unix seconds */
export function incidentSections(incident: IncidentDetail, now: number): ReportSection[] {
  const { id, title, state, level, episodes, timeline, left_out, people, alerts } = incident
  const more = alerts - episodes.length
  return [
    {
      title: `INCIDENT ${id}: ${title}`,
      rows: [
        head('severity', 'state', 'began', 'lasted', 'notified', 'people'),
        [
          severityOf(level),
          { text: state },
          { text: utc(incident.starts_at) },
          { text: lasted(incident, now) },
          notifiedCell(incident),
          { text: people.join(', ') || 'nobody yet' },
        ],
      ],
    },
    {
      title: 'ALERTS',
      rows: [
        head('id', 'began', 'level', 'lasted', 'what'),
        ...episodes.map((episode) => [
          { text: String(episode.id) },
          { text: utc(episode.timestamp) },
          severityOf(episode.level),
          { text: lasted({ starts_at: episode.timestamp, ends_at: episode.ends_at }, now) },
          { text: episode.message },
        ]),
      ],
      note: more > 0 ? { text: `${more} more.` } : undefined,
    },
    {
      title: 'TIMELINE',
      rows: [
        head('at', '', 'what', 'by'),
        ...timeline.map(({ at, kind, what, by }) => [
          { text: utc(at) },
          { text: kind.replace('_', ' ') },
          { text: what },
          { text: by ?? '' },
        ]),
      ],
      note:
        left_out > 0
          ? { text: `${left_out} more entries are not shown, most of them of alerts and notifications.` }
          : undefined,
    },
  ]
}

/** Whether people were notified of it, and how soon. */
function notifiedCell({ was_notified, notified_at, starts_at }: IncidentDetail): ReportCell {
  if (notified_at !== null) return { text: `after ${span(Math.max(0, notified_at - starts_at))}` }
  return was_notified === false ? { text: 'nobody', tone: 'bad' } : { text: 'not known' }
}

function severityOf(level: string | null): ReportCell {
  return { text: (level ?? 'unknown').toUpperCase(), tone: toneOfLevel(level) }
}

function lasted({ starts_at, ends_at }: Pick<Incident, 'starts_at' | 'ends_at'>, now: number): string {
  return ends_at === null ? `${span(now - starts_at)} so far` : span(ends_at - starts_at)
}

function head(...texts: string[]): ReportCell[] {
  return texts.map((text) => ({ text }))
}
