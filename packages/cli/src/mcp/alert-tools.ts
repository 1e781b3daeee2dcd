import { severities } from '@mnemoscope/kpi'
import type { AlertEpisode, AnswerOf } from '@mnemoscope/recorder'
import { z } from 'zod'
import { ask } from '../recorder-client.js'
import { beforeTexts } from '../report/before.js'
import { hours, limit, place } from './inputs.js'
import { type Tool, tool, utcTime } from './tool.js'

/** Which alerts there are, and all that is known of one. */
export const alertTools: readonly Tool[] = [
  tool({
    name: 'list_alerts',
    title: 'List alerts',
    description:
      'Alerts that fire now (state "open"), ended ones ("closed") or both ("any"), newest first: level, what it is about, since when, ' +
      'value and threshold, who acknowledged it. Begin here to find out what is wrong or what happened. The id of an alert is ' +
      'what alert_details wants.',
    input: z.object({
      state: z.enum(['open', 'closed', 'any']).default('open'),
      hours: hours(24).describe('How far back, for alerts that fired in that time.'),
      level: z.enum(severities).optional().describe('Only this level.'),
      kpi: z.string().optional().describe('Only this KPI, such as f1_score.'),
      ...place,
      limit: limit(100, 20),
    }),
    async answer({ recorder }, query) {
      const { episodes } = await ask(recorder, 'GET /api/episodes', { has: 'episodes', query })
      return { alerts: episodes.map(alertView) }
    },
  }),
  tool({
    name: 'alert_details',
    title: 'Details of an alert',
    description:
      'Everything about one alert: what changed before it (other KPIs, configuration, deployments, gaps), its course, who ' +
      'acknowledged it, how sure the rules were when it began and are (which lane of operations proves it), ' +
      'whether anybody was notified of it (who, when, delivered or failed) or why not (silence, inhibition, mute time, ' +
      'no receiver), the worst operations behind it with their traces and metadata, and what these have more often than other ' +
      'operations. Ask it for the cause of an alert.',
    input: z.object({ id: z.int().min(1).describe('Id of the alert, from list_alerts.') }),
    async answer({ recorder }, { id }) {
      const [detail, behind, evidence, notified, { kpis, timestamp }] = await Promise.all([
        ask(recorder, 'GET /api/episodes/{id}', { has: 'transitions', params: { id: String(id) } }),
        ask(recorder, 'GET /api/episodes/{id}/operations', { has: 'worst', params: { id: String(id) } }),
        ask(recorder, 'GET /api/episodes/{id}/evidence', { has: 'began', params: { id: String(id) } }),
        ask(recorder, 'GET /api/episodes/{id}/notifications', {
          has: 'receivers',
          params: { id: String(id) },
        }),
        ask(recorder, 'GET /api/dashboard', { has: 'kpis', query: { hours: 1 } }),
      ])
      return {
        alert: alertView(detail),
        before_it: beforeTexts(detail, kpis, timestamp),
        course: detail.transitions.map(({ kind, at, detail }) => ({ kind, at: utcTime(at), ...detail })),
        acknowledgements: detail.acknowledgements.map((each) => ({ ...each, at: utcTime(each.at) })),
        worst_operations: behind.worst.map(operationView),
        how_sure: evidence,
        notifications: notificationsView(notified),
        what_differs: { compared_with: behind.compared_with, differs: behind.differs },
      }
    },
  }),
  tool({
    name: 'explain_alert',
    title: 'Explain an alert',
    description:
      'Why an alert fires: its rule, its threshold and where in the configuration each setting stands, the values that are judged now, ' +
      'and its newest episodes. Ask it before a threshold is changed.',
    input: z.object({
      alert: z.string().min(1).describe('Name of the alert, such as MnemoscopeF1ScoreCritical, or an id.'),
    }),
    isPossible: ({ explain }) => explain !== undefined,
    answer: ({ explain }, { alert }) => (explain as NonNullable<typeof explain>)(alert),
  }),
]

/** An alert in the words of its messages, with times as text. */
function alertView(episode: AlertEpisode) {
  const { timestamp, ends_at, newest_at, acknowledgement, rating, preceded_by, metadata } = episode
  return {
    id: episode.id,
    alertname: metadata.alertname,
    level: episode.level,
    kind: episode.kind,
    what: episode.message,
    kpi: episode.metric_type,
    service: episode.service,
    model: episode.model,
    context_size: episode.context_size,
    operation: episode.operation,
    since: utcTime(timestamp),
    ended: utcTime(ends_at),
    value_at_start: episode.current_value,
    newest_value: episode.newest_value,
    newest_value_at: utcTime(newest_at),
    worst_value: episode.peak_value,
    threshold: episode.threshold,
    acknowledged: acknowledgement && { ...acknowledgement, at: utcTime(acknowledgement.at) },
    rated: rating && { ...rating, at: utcTime(rating.at) },
    last_change_before: preceded_by && { ...preceded_by, at: utcTime(preceded_by.at) },
    runbook: metadata.annotations.runbook_url ?? null,
  }
}

/** With times as text. */
function notificationsView({
  silences,
  told,
  ...notified
}: AnswerOf<'GET /api/episodes/{id}/notifications'>) {
  const dated = (all: typeof silences) => all.map((each) => ({ ...each, until: utcTime(each.until) }))
  return {
    ...notified,
    silences: dated(silences),
    told: told.map((each) => ({ ...each, at: utcTime(each.at), silences: dated(each.silences) })),
  }
}

function operationView(measurement: AnswerOf<'GET /api/episodes/{id}/operations'>['worst'][number]) {
  const { timestamp, value, outcome, severity, service, model, operation, trace_id, trace_url, metadata } =
    measurement
  return {
    at: utcTime(timestamp),
    value,
    outcome,
    beyond: severity,
    service,
    model,
    operation,
    trace_id,
    trace_url,
    metadata,
  }
}
