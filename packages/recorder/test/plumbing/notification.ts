import type { ErrorAnswer } from './get-json.js'

/** An alert as Alertmanager's webhook has it. */
export interface GivenNotificationAlert {
  readonly status: 'firing' | 'resolved'
  readonly labels: Record<string, string>
  readonly annotations?: Record<string, string>
  readonly startsAt: string
  readonly endsAt?: string
}

/** A notification in Alertmanager's format; a firing alert has Go's zero time for an end. */
export function notification(alerts: readonly GivenNotificationAlert[]) {
  return {
    version: '4',
    groupKey: '{}:{}',
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'recorder',
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'http://127.0.0.1:9093',
    alerts: alerts.map((alert) => ({
      annotations: {},
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: '',
      fingerprint: '0000000000000000',
      ...alert,
    })),
  }
}

/** What the webhook answers, well or ill. */
export type WebhookAnswer = Partial<ErrorAnswer> & { readonly alerts?: number; readonly transitions?: number }

/** Sends a body to the recorder's webhook. @returns status and answer */
export async function postWebhook(recorderUrl: string, body: unknown, contentType = 'application/json') {
  const response = await fetch(`${recorderUrl}/api/webhook/alertmanager`, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as WebhookAnswer }
}
