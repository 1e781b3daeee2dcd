import { z } from 'zod'
import { startTime, texts } from '../alerts/alert-fields.js'
import { hasHistory, type SourceAlert } from '../alerts/observation.js'
import { nobody } from './standing.js'

/** Labels: a map since Alertmanager 0.35, before that a list of pairs. */
const labels = z.union([
  z
    .strictObject({ labels: z.array(z.object({ key: z.string(), value: z.string().default('') })).max(128) })
    .transform(({ labels }) => Object.fromEntries(labels.map(({ key, value }) => [key, value])))
    .pipe(texts),
  texts,
])

/** Named by its fingerprint, decimal; `hash` before 0.35. */
const reference = z.object({ fingerprint: z.string().optional(), hash: z.string().optional() })

const groupedAlert = reference.extend({
  details: z
    .object({
      labels,
      annotations: labels.default({}),
      startsAt: startTime,
      resolved: z.boolean().default(false),
    })
    .optional(),
})

const notificationEvent = z.object({
  alerts: z.array(groupedAlert).max(5_000).default([]),
  firingAlerts: z.array(reference).default([]),
  mutedAlerts: z.array(reference).default([]),
  groupInfo: z.object({ receiverName: z.string().max(512) }),
  integration: z.object({ name: z.string().max(512) }),
})

const event = z.object({
  '@timestamp': startTime,
  // Other events tell what the API tells too, again with every flush of a group.
  data: z.object({ notification: notificationEvent.optional() }),
})

/** What Alertmanager's event recorder sends: one event, or since 0.35 a list of them. */
export const eventsSchema = z.union([event.transform((one) => [one]), z.array(event).max(1_000)])

/** An alert that a person was notified of, by Alertmanager's own word. */
export interface Delivered {
  readonly alert: SourceAlert
  /** Unix ms. */
  readonly at: number
  readonly receiver: string
  readonly integration: string
}

/**
 * The alerts that people were notified of while they fired. Alertmanager records a notification when it has succeeded; none
 * that fails.
 */
export function deliveredIn(events: z.output<typeof eventsSchema>): Delivered[] {
  return events.flatMap(({ '@timestamp': at, data: { notification } }) => {
    const receiver = notification?.groupInfo.receiverName
    if (notification === undefined || receiver === undefined || nobody.includes(receiver)) return []
    const named = (all: readonly z.output<typeof reference>[]) => new Set(all.map(idOf))
    const [firing, muted] = [named(notification.firingAlerts), named(notification.mutedAlerts)]
    return notification.alerts.flatMap((alert) => {
      const { details } = alert
      if (
        details === undefined ||
        details.resolved ||
        !hasHistory(details) ||
        !firing.has(idOf(alert)) ||
        muted.has(idOf(alert))
      )
        return []
      return {
        alert: { ...details, startsAt: Date.parse(details.startsAt) },
        at: Date.parse(at),
        receiver,
        integration: notification.integration.name,
      }
    })
  })
}

function idOf({ fingerprint, hash }: z.output<typeof reference>): string | undefined {
  return fingerprint ?? hash
}
