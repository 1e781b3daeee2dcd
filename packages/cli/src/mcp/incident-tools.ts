import type { AnswerOf } from '@mnemoscope/recorder'
import { z } from 'zod'
import { ask } from '../recorder-client.js'
import { hours, limit, place } from './inputs.js'
import { type Tool, tool, utcTime } from './tool.js'

type Incident = AnswerOf<'GET /api/incidents'>['incidents'][number]

/** Which alerts belong together, and what happened. */
export const incidentTools: readonly Tool[] = [
  tool({
    name: 'list_incidents',
    title: 'List incidents',
    description:
      'Incidents, newest first: alerts of one service that belong together, with title, severity, state (open, acknowledged, resolved), ' +
      'since when, how many alerts, and who is on it. Ask it whether several alerts are one problem, or what went wrong lately. ' +
      'The id of an incident is what incident_details wants.',
    input: z.object({
      state: z.enum(['unresolved', 'resolved', 'any']).default('unresolved'),
      hours: hours(24).describe('How far back, for incidents with an alert that fired in that time.'),
      ...place,
      limit: limit(100, 20),
    }),
    async answer({ recorder }, query) {
      const { incidents } = await ask(recorder, 'GET /api/incidents', { has: 'incidents', query })
      return { incidents: incidents.map(incidentView) }
    },
  }),
  tool({
    name: 'incident_details',
    title: 'Details of an incident',
    description:
      'One incident with its alerts and its timeline: alerts that began and ended, who was notified or why nobody was, KPIs that moved, deployments and changes of the ' +
      'configuration since six hours before, acknowledgements, comments, merges and splits. Ask it to tell the story of an ' +
      'incident, or to write its post-mortem.',
    input: z.object({ id: z.int().min(1).describe('Id of the incident, from list_incidents.') }),
    async answer({ recorder }, { id }) {
      const detail = await ask(recorder, 'GET /api/incidents/{id}', {
        has: 'timeline',
        params: { id: String(id) },
      })
      return {
        incident: incidentView(detail),
        was_notified: detail.was_notified,
        first_notified: utcTime(detail.notified_at),
        merged_into_it: detail.merged,
        alerts: detail.episodes.map(({ id: alert, level, message, timestamp, ends_at }) => ({
          id: alert,
          level,
          what: message,
          since: utcTime(timestamp),
          ended: utcTime(ends_at),
        })),
        timeline: detail.timeline.map(({ at, kind, what, by }) => ({ at: utcTime(at), kind, what, by })),
        timeline_left_out: detail.left_out,
      }
    },
  }),
]

function incidentView(incident: Incident) {
  const { starts_at, ends_at, acknowledged_at, id, title, level, state } = incident
  const { services, kpis, alerts, open_alerts, people } = incident
  return {
    ...{ id, title, severity: level, state },
    since: utcTime(starts_at),
    ended: utcTime(ends_at),
    acknowledged: utcTime(acknowledged_at),
    ...{ services, kpis, alerts, open_alerts, people },
  }
}
