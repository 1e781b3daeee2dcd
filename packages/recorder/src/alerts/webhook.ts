import { names } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'
import { storableName } from '../database/text.js'
import { route } from '../http/route.js'
import type { Metrics } from '../metrics.js'
import type { Normaliser } from '../work.js'
import { isKnown, startTime, texts, time } from './alert-fields.js'
import type { Arrivals } from './arrivals.js'
import { hasHistory, joinReplicas, observe, type SourceAlert } from './observation.js'
import { storeObservations } from './store.js'

/** At most this many alerts in one notification. */
const mostAlerts = 5_000

const alert = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: texts.refine((labels) => (labels.alertname ?? '') !== '', { error: 'expected a label alertname' }),
  annotations: texts.default({}),
  startsAt: startTime,
  endsAt: time.optional(),
})

/**
 * A notification in Alertmanager's webhook format, version 4. Fields that nothing here reads are left open.
 * https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
 */
const notificationSchema = z.object({
  version: z.literal('4'),
  alerts: z.array(alert).max(mostAlerts),
})

type Notification = z.output<typeof notificationSchema>

/** The alerts of a notification, each with its own status: one payload mixes firing and resolved ones. */
function alertsOf(notification: Notification, receivedAt: number): SourceAlert[] {
  return notification.alerts.map(({ status, labels, annotations, startsAt, endsAt }) => {
    const given = { labels, annotations, startsAt: Date.parse(startsAt) }
    if (status === 'firing') return given
    const ended = endsAt === undefined ? Number.NaN : Date.parse(endsAt)
    return { ...given, endsAt: isKnown(ended, receivedAt) ? ended : receivedAt }
  })
}

/** The service of an alert, as its episode is stored; undefined for one that has none, such as those of the pipeline. */
function serviceOf({ labels }: Pick<SourceAlert, 'labels'>): string | undefined {
  const job = labels[names.label.job] ?? ''
  return job === '' ? undefined : storableName(job)
}

export interface Needs {
  readonly pool: pg.Pool
  /** Names of the handlers that every change of an alert is delivered to. */
  readonly handlers: readonly string[]
  readonly metrics: Metrics
  /** How alerts are read now. */
  readonly normaliser: () => Normaliser
  /** Keeps what the webhook shows of the servers before it. */
  readonly arrivals: Arrivals
}

export const webhookRoutes = [
  route({
    method: 'POST',
    path: '/api/webhook/alertmanager',
    summary: 'Notifications of Alertmanager, answered after they are stored.',
    access: 'write:alerts',
    query: {
      cluster: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, {
          error: 'expected a name such as "eu-1", of at most 64 characters',
        })
        .optional()
        .describe("The cluster's name, where several share a recorder."),
    },
    body: {
      schema: notificationSchema,
      // Thousands of alerts with long texts.
      mostBytes: 8 * 1_024 * 1_024,
      expected: 'a notification of Alertmanager, version 4',
      next: {
        invalid: "Point Alertmanager's webhook_configs at this address; version 4 of its format is read.",
        tooLarge: 'Set max_alerts in the webhook_configs, or group into smaller groups.',
      },
    },
    answer: z.strictObject({
      alerts: z.number().int().describe('Alerts that were read, without the watchdog and test messages.'),
      foreign: z.number().int().describe('Alerts that are not of Mnemoscope, and so not stored.'),
      transitions: z.number().int().describe('Changes of episodes that were stored.'),
    }),
    example: { body: { version: '4', alerts: [] } },
    services: ({ body }) => body.alerts.map(serviceOf),
    onFailure: ({ metrics }: Needs) => metrics.webhookFailures.inc(),
    /**
     * It answers 200 only after the commit, so that what it has acknowledged is stored; 5xx where the database is away,
     * which Alertmanager tries again; 4xx only for what no retry can change.
     */
    async handle({ query, body }, { pool, handlers, metrics, normaliser, arrivals }: Needs) {
      const { cluster = normaliser().cluster } = query
      const observed = alertsOf(body, Date.now())
        .filter(hasHistory)
        .map((alert) => observe(alert, { ...normaliser(), cluster }))
      const observations = joinReplicas(observed)
      const transitions = await storeObservations({ pool, handlers }, observations)
      const foreign = body.alerts.filter(({ labels }) => !names.isMnemoscopeAlert(labels.alertname))
      for (const { status } of body.alerts) metrics.webhookAlerts.inc({ status })
      metrics.foreignAlerts.inc(foreign.length)
      metrics.lastWebhook.set(Date.now() / 1_000)
      arrivals.add(foreign.map(({ labels }) => labels.alertname as string))
      return { alerts: observed.length, foreign: foreign.length, transitions: transitions.length }
    },
  }),
] as const
