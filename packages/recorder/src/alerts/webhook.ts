import { z } from 'zod'
import type { GivenAlert } from './observation.js'

/** Alerts in one notification at the most. */
const mostAlerts = 5_000

/** Clocks differ, and ours may be the wrong one; a time that is further ahead is none. */
const mostAheadMs = 86_400_000

const text = (most: number) => z.string().max(most)

/** Labels and annotations; Prometheus itself sets no limit, so these are far beyond what anyone writes. */
const texts = z
  .record(text(512), text(16_384))
  .refine((record) => Object.keys(record).length <= 128, { error: 'expected at most 128 entries' })

/** A time of an alert. Go's zero time, year 1, stands for "not known". */
const time = z.iso.datetime({ offset: true })

const alert = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: texts.refine((labels) => (labels.alertname ?? '') !== '', { error: 'expected a label alertname' }),
  annotations: texts.default({}),
  startsAt: time.refine((iso) => isKnown(Date.parse(iso), Date.now()), {
    error: 'expected a time since the year 2000 that has passed',
  }),
  endsAt: time.optional(),
})

/**
 * A notification in Alertmanager's webhook format, version 4. Fields that nothing here reads are left open.
 * https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
 */
export const notificationSchema = z.object({
  version: z.literal('4'),
  alerts: z.array(alert).max(mostAlerts),
})

export type Notification = z.output<typeof notificationSchema>

/** The alerts of a notification, each with its own status: one payload mixes firing and resolved ones. */
export function alertsOf(notification: Notification, receivedAt: number): GivenAlert[] {
  return notification.alerts.map(({ status, labels, annotations, startsAt, endsAt }) => {
    const given = { labels, annotations, startsAt: Date.parse(startsAt) }
    if (status === 'firing') return given
    const ended = endsAt === undefined ? Number.NaN : Date.parse(endsAt)
    return { ...given, endsAt: isKnown(ended, receivedAt) ? ended : receivedAt }
  })
}

/**
 * Whether a time can be one of an alert. An episode that began or ended in years would be open until then, or take in
 * every alert until then.
 */
function isKnown(time: number, now: number): boolean {
  return time >= Date.UTC(2000, 0) && time <= now + mostAheadMs
}
