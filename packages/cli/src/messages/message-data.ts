/** An alert as Alertmanager gives it to templates. */
export interface MessageAlert {
  readonly status: 'firing' | 'resolved'
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  /** ISO 8601. */
  readonly startsAt: string
  readonly endsAt: string
  readonly fingerprint: string
}

/** What Alertmanager gives to templates. */
export interface MessageData {
  readonly receiver: string
  readonly status: 'firing' | 'resolved'
  /** Why it is sent; Alertmanagers before 0.32 have none. */
  readonly notification_reason?: string
  readonly alerts: readonly MessageAlert[]
  readonly groupLabels: Readonly<Record<string, string>>
  readonly commonLabels: Readonly<Record<string, string>>
  readonly commonAnnotations: Readonly<Record<string, string>>
  readonly externalURL: string
}

/** A message of its own kind: `new`, `worse`, `recovered`. */
export interface Sample {
  readonly kind: string
  readonly data: MessageData
}

/** Go's zero time: an alert that fires has no end. */
export const noEnd = '0001-01-01T00:00:00Z'

/** The data of a message about these alerts. */
export function messageData(
  alerts: readonly MessageAlert[],
  groupBy: readonly string[],
  reason?: string,
): MessageData {
  const first = alerts[0]?.labels ?? {}
  const common = Object.entries(first).filter(([name, value]) =>
    alerts.every(({ labels }) => labels[name] === value),
  )
  return {
    receiver: 'sample',
    status: alerts.some(({ status }) => status === 'firing') ? 'firing' : 'resolved',
    ...(reason === undefined ? {} : { notification_reason: reason }),
    alerts,
    groupLabels: Object.fromEntries(common.filter(([name]) => groupBy.includes(name))),
    commonLabels: Object.fromEntries(common),
    commonAnnotations: {},
    externalURL: '',
  }
}
