import {
  type AlertEpisode,
  alertScale,
  type Config,
  escapeMarkdown,
  inUnit,
  lastedText,
} from '@mnemoscope/kpi'
import { kpiOf } from '../config/source.js'
import type { IncidentDetail } from './detail.js'
import type { TimelineItem } from './timeline.js'

const happenedWords: Readonly<Record<TimelineItem['kind'], string>> = {
  alert_began: 'Alert began',
  alert_ended: 'Alert ended',
  kpi_moved: 'KPI moved',
  deployment: 'Deployment',
  config_change: 'Configuration',
  notification: 'Notification',
  acknowledged: 'Acknowledged',
  comment: 'Comment',
  titled: 'Title',
  merged: 'Merged',
  split: 'Split',
}

/**
 * A draft of the post-mortem of an incident, as GitHub-flavoured Markdown: what is known is filled in, and what people have to
 * find out has a place. Names and texts are escaped.
 * @param now Unix seconds, for an incident that is not over
 */
export function postmortem(incident: IncidentDetail, kpis: Config['kpis'], now: number): string {
  const { id, title, episodes, timeline, left_out, alerts } = incident
  const moreAlerts =
    alerts > episodes.length ? [`${alerts - episodes.length} more alerts are not shown.`] : []
  const moreEntries =
    left_out > 0 ? [`${left_out} more entries are not shown, most of them of alerts and notifications.`] : []
  return [
    `# Incident ${id}: ${escapeMarkdown(title)}`,
    table(['', ''], factsOf(incident, now)),
    '## Summary',
    '_What happened, in two or three sentences, for people who were not there._',
    '## Impact',
    '_Who noticed, and what did not work for them._',
    table(
      ['Level', 'Alert', 'Worst', 'Threshold', 'Lasted'],
      episodes.map((episode) => alertRow(episode, kpis, now)),
    ),
    ...moreAlerts,
    '## Timeline',
    'Times are UTC.',
    table(
      ['Time', '', 'What', 'Who'],
      timeline.map(({ at, kind, what, by }) => [utc(at), happenedWords[kind], what, by ?? '']),
    ),
    ...moreEntries,
    '## Cause',
    ...changesText(timeline, incident.starts_at),
    '_Why it happened, and how we know._',
    '## What helped, and what did not',
    '_What showed it, who was told by whom, what was tried._',
    '## What we change',
    '- [ ] _What, by whom, until when._',
    '',
  ].join('\n\n')
}

function factsOf(incident: IncidentDetail, now: number): string[][] {
  const { level, state, starts_at, ends_at, services, people, alerts, acknowledged_at } = incident
  const lasted = lastedText((ends_at ?? now) - starts_at)
  return [
    ['Severity', level ?? 'unknown'],
    ['State', state],
    ['Began', utc(starts_at)],
    ['Ended', ends_at === null ? `not yet, after ${lasted}` : `${utc(ends_at)}, after ${lasted}`],
    ['Notified', notifiedText(incident)],
    [
      'Acknowledged',
      acknowledged_at === null
        ? 'by nobody'
        : `${utc(acknowledged_at)}, ${afterText(acknowledged_at - starts_at)}`,
    ],
    ['Services', services.join(', ') || 'none'],
    ['Alerts', String(alerts)],
    ['People', people.join(', ') || 'nobody yet'],
  ]
}

function notifiedText({ was_notified, notified_at, starts_at }: IncidentDetail): string {
  if (notified_at !== null) return `${utc(notified_at)}, ${afterText(notified_at - starts_at)}`
  return was_notified === false ? 'nobody' : 'not known'
}

function afterText(seconds: number): string {
  return seconds < 0 ? 'before it began' : `after ${lastedText(seconds)}`
}

function alertRow(episode: AlertEpisode, kpis: Config['kpis'], now: number): string[] {
  const { level, message, kind, metric_type, peak_value, threshold, timestamp, ends_at } = episode
  const unit = alertScale(kind, kpiOf(kpis, metric_type))?.unit
  const shown = (value: number | null) =>
    value === null || unit === undefined ? '' : inUnit(Number(value.toPrecision(4)), unit)
  const lasted = lastedText((ends_at ?? now) - timestamp)
  return [
    level ?? '',
    message,
    shown(peak_value),
    shown(threshold),
    ends_at === null ? `${lasted} so far` : lasted,
  ]
}

/** What people changed before it began is the first thing to look at. It is named, never blamed. */
function changesText(timeline: readonly TimelineItem[], startsAt: number): string[] {
  const changes = timeline.filter(
    ({ kind, at }) => (kind === 'deployment' || kind === 'config_change') && at <= startsAt,
  )
  if (changes.length === 0) return ['Nothing is known to have changed in the six hours before.']
  const lines = changes.toReversed().map(({ at, kind, what, by }) => {
    const who = by === null ? '' : `, by ${escapeMarkdown(by)}`
    return `- ${happenedWords[kind]} ${lastedText(startsAt - at)} before: ${escapeMarkdown(what)}${who}`
  })
  return ['Changed in the six hours before, which may be the cause or not:', lines.join('\n')]
}

function utc(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().slice(0, 19).replace('T', ' ')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(' | ')} |`
  return [line(head), `|${head.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n')
}
