import type { Context } from 'hono'
import { isRemembered, type Normaliser, observe } from '../alerts/observation.js'
import { type HistoryStore, storeObservations } from '../alerts/store.js'
import { alertsOf, notificationSchema } from '../alerts/webhook.js'
import type { Metrics } from '../metrics.js'
import { RequestError } from './error.js'
import { readJson } from './json-body.js'

/** A cluster's name, given in the webhook's address where several share a recorder. */
const clusterPattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/

export interface WebhookOptions extends HistoryStore {
  readonly metrics: Metrics
  /** How alerts are read at present: external labels are learned from Prometheus. */
  readonly normaliser: () => Normaliser
}

/**
 * Takes a notification of Alertmanager. It answers 200 only after the commit, so that what it has acknowledged is
 * stored; 5xx where the database is away, which Alertmanager tries again; 4xx only for what no retry can mend.
 */
export function alertmanagerWebhook({ pool, handlers, metrics, normaliser }: WebhookOptions) {
  return async (context: Context): Promise<Response> => {
    try {
      const notification = await readNotification(context)
      const cluster = context.req.query('cluster') ?? normaliser().cluster
      if (!clusterPattern.test(cluster)) {
        throw invalid('the parameter cluster', cluster, 'a name such as "eu-1", of at most 64 characters')
      }
      const observations = alertsOf(notification, Date.now())
        .filter(isRemembered)
        .map((alert) => observe(alert, { ...normaliser(), cluster }))
      const transitions = await storeObservations({ pool, handlers }, observations)
      for (const { status } of notification.alerts) metrics.webhookAlerts.inc({ status })
      return context.json({ alerts: observations.length, transitions: transitions.length })
    } catch (error) {
      metrics.webhookFailures.inc()
      throw error
    }
  }
}

async function readNotification(context: Context) {
  const parsed = notificationSchema.safeParse(await readJson(context))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw invalid(issue?.path.map(String).join('.') || 'the body', undefined, issue?.message ?? '')
  }
  return parsed.data
}

function invalid(where: string, value: unknown, expected: string): RequestError {
  return new RequestError(400, `${where} is not part of an Alertmanager notification: ${expected}`, {
    value,
    expected,
    next: "Point Alertmanager's webhook_configs at this address; version 4 of its format is read.",
  })
}
