import { type AlertEpisode, type Config, inUnit, modelText } from '@mnemoscope/kpi'
import { z } from 'zod'
import { kpiOf } from '../config/source.js'
import type { StoredDeployment } from '../deployments/store.js'
import type { Before, KpiAround } from '../episodes/before.js'
import type { DataOf } from '../http/route.js'
import { type Notification, notificationText } from './notification.js'

/** One thing that happened in an incident or shortly before it. */
export const timelineItem = z.strictObject({
  at: z.number().describe('Unix seconds.'),
  kind: z.enum([
    'alert_began',
    'alert_ended',
    'kpi_moved',
    'deployment',
    'config_change',
    'notification',
    'acknowledged',
    'comment',
    'titled',
    'merged',
    'split',
  ]),
  what: z.string().describe('In words, with names from labels and texts of people as they are.'),
  by: z.string().nullable().describe('Who, where people did it.'),
  level: z.string().nullable().describe('Of an alert.'),
  episode: z
    .number()
    .int()
    .nullable()
    .describe('Id of the alert that it is about; null where it is of several, or of none.'),
})
export type TimelineItem = DataOf<typeof timelineItem>

/** Who acknowledged which episode. */
export interface Acknowledged {
  readonly by: string
  readonly comment: string | null
  readonly at: number
}

/** What a person did with an incident. */
export interface Action {
  readonly kind: 'comment' | 'title' | 'merge' | 'split'
  readonly incident_id: number
  readonly by: string
  readonly at: number
  readonly comment: string | null
  readonly other_id: number | null
  readonly episodes: number
}

/** KPIs of one place that left their range when an alert began. */
export interface Moved {
  readonly at: number
  readonly place: Pick<AlertEpisode, 'model' | 'operation' | 'context_size'>
  readonly kpis: readonly KpiAround[]
}

/** All that a timeline is made of. */
export interface Happened {
  /** The incident, as its own id tells what was done to it from what it was part of. */
  readonly incident: number
  readonly episodes: readonly AlertEpisode[]
  readonly notifications: readonly Notification[]
  readonly acknowledgements: readonly Acknowledged[]
  readonly actions: readonly Action[]
  readonly deployments: readonly StoredDeployment[]
  readonly configChanges: readonly Pick<Before['config_changes'][number], 'at' | 'by' | 'summary'>[]
  readonly moved: readonly Moved[]
}

/** What happened, oldest first; at the same moment, what people changed before what it may have caused. */
export function timelineOf(happened: Happened, kpis: Config['kpis']): TimelineItem[] {
  const { incident, episodes, notifications, acknowledgements, actions, deployments, configChanges, moved } =
    happened
  const items = [
    ...deployments.map(({ at, by, service, version, previous_version }) => {
      const versions = previous_version === null ? version : `${previous_version} → ${version}`
      return item(at, 'deployment', `${service} ${versions}`, { by })
    }),
    ...configChanges.map(({ at, by, summary }) =>
      item(at, 'config_change', summary.join('; ') || 'Configuration changed', { by }),
    ),
    ...moved.flatMap(({ at, place, kpis: around }) =>
      around.map((each) => item(at, 'kpi_moved', movedText(each, place, kpis))),
    ),
    ...episodes.flatMap(alertItems),
    ...notifications.map((each) =>
      item(each.at, 'notification', notificationText(each), { episode: each.episode }),
    ),
    ...acknowledgementsOnce(acknowledgements).map(({ at, by, comment }) =>
      item(at, 'acknowledged', comment ?? 'Acknowledged', { by }),
    ),
    ...actions.map((action) => actionItem(action, incident)),
  ]
  // A stable sort keeps the order of the list above.
  return items.toSorted((a, b) => a.at - b.at)
}

/**
 * The entries that fit. What people did and changed stays before entries of alerts and of notifications, of which a storm has
 * thousands: the first ones of these stay. Of the others, the newest ones stay.
 * @param items oldest first
 */
export function fitting(items: readonly TimelineItem[], most: number): TimelineItem[] {
  const isOfMany = ({ kind }: TimelineItem) => kind.startsWith('alert_') || kind === 'notification'
  const others = items.filter((each) => !isOfMany(each)).slice(-most)
  const kept = new Set([...others, ...items.filter(isOfMany).slice(0, most - others.length)])
  return items.filter((each) => kept.has(each))
}

function alertItems({ id, timestamp, ends_at, message, level, closed_how }: AlertEpisode): TimelineItem[] {
  if (closed_how === 'superseded' && ends_at === timestamp) return []
  const about = { level, episode: id }
  const began = item(timestamp, 'alert_began', message, about)
  return ends_at === null ? [began] : [began, item(ends_at, 'alert_ended', message, about)]
}

/** Acknowledging an incident acknowledges each of its alerts. */
function acknowledgementsOnce(all: readonly Acknowledged[]): Acknowledged[] {
  return [...new Map(all.map((each) => [JSON.stringify([each.at, each.by, each.comment]), each])).values()]
}

function actionItem({ kind, at, by, comment, incident_id, other_id, episodes }: Action, incident: number) {
  const said = comment === null ? '' : `: ${comment}`
  const count = episodes === 1 ? '1 alert' : `${episodes} alerts`
  if (kind === 'comment') return item(at, 'comment', comment ?? '', { by })
  if (kind === 'title') return item(at, 'titled', comment ?? '', { by })
  if (kind === 'merge')
    return item(at, 'merged', `Incident ${other_id} became part of ${incident_id}${said}`, { by })
  const isFrom = incident_id !== incident && other_id === incident
  return item(
    at,
    'split',
    isFrom
      ? `Split off from incident ${incident_id}${said}`
      : `${count} split off to incident ${other_id}${said}`,
    { by },
  )
}

function movedText(
  { kpi: id, before, since }: KpiAround,
  { model, operation, context_size }: Moved['place'],
  kpis: Config['kpis'],
): string {
  const kpi = kpiOf(kpis, id)
  const value = (given: number | null) =>
    given === null ? 'unknown' : inUnit(Number(given.toPrecision(4)), kpi?.unit ?? '1')
  const place = model === null ? '' : ` of ${modelText({ model, operation: operation ?? '' })}`
  const context = context_size === null ? '' : `, context size ${context_size}`
  return `${kpi?.title ?? id}${place}${context}: ${value(before)} → ${value(since)}`
}

function item(
  at: number,
  kind: TimelineItem['kind'],
  what: string,
  more: Partial<Pick<TimelineItem, 'by' | 'level' | 'episode'>> = {},
): TimelineItem {
  return { at, kind, what, by: null, level: null, episode: null, ...more }
}
