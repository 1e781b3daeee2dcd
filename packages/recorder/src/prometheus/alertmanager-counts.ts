/** What an Alertmanager has counted since it started, of an integration and, where it says so, of a receiver. */
export interface NotificationCount {
  /** `webhook`, `email`, ... */
  readonly integration: string
  /** Undefined where Alertmanager counts all receivers together: before 0.27, and without `receiver-name-in-metrics`. */
  readonly receiver: string | undefined
  /** Notifications that were begun. */
  readonly begun: number
  /** Attempts; a notification that fails is tried again for a while. */
  readonly attempts: number
  readonly failedAttempts: number
  /** Notifications that were given up, by Alertmanager's word for why; `""` before 0.26, which has none. */
  readonly givenUp: Readonly<Record<string, number>>
}

export interface AlertmanagerCounts {
  /** When its process began, Unix seconds: another one means that all counts began again. */
  readonly startedAt: number
  /** Those that are not all 0. */
  readonly counts: readonly NotificationCount[]
  /** How many Alertmanagers its cluster has, itself included; null without a cluster. */
  readonly members: number | null
}

const counters = {
  alertmanager_notifications_total: 'begun',
  alertmanager_notification_requests_total: 'attempts',
  alertmanager_notification_requests_failed_total: 'failedAttempts',
} as const
const givenUpCounter = 'alertmanager_notifications_failed_total'

/**
 * Reads the counters of notifications of Alertmanager's own metrics.
 * @param exposition in Prometheus' text format
 * @throws Error if it has none of them: nothing counted is not 0
 */
export function countsIn(exposition: string): AlertmanagerCounts {
  const found = new Map<string, { -readonly [Key in keyof NotificationCount]: NotificationCount[Key] }>()
  let startedAt = Number.NaN
  let members: number | null = null
  let isKnown = false
  for (const [, name = '', labelText = '', value] of exposition.matchAll(
    /^([a-z_]+)(?:\{([^\n]*)\})? ([^ \n]+)$/gm,
  )) {
    if (name === 'process_start_time_seconds') startedAt = Number(value)
    if (name === 'alertmanager_cluster_members') members = Number(value)
    const key = Object.hasOwn(counters, name) ? counters[name as keyof typeof counters] : undefined
    if (key === undefined && name !== givenUpCounter) continue
    isKnown = true
    if (Number(value) === 0) continue
    const { integration = '', receiver_name: receiver, reason = '' } = labelsIn(labelText)
    const id = JSON.stringify([integration, receiver])
    const count = found.get(id) ?? {
      ...{ integration, receiver, begun: 0, attempts: 0, failedAttempts: 0, givenUp: {} },
    }
    found.set(id, count)
    if (key === undefined) count.givenUp = { ...count.givenUp, [reason]: Number(value) }
    else count[key] = Number(value)
  }
  if (!isKnown || Number.isNaN(startedAt)) throw new Error('Alertmanager shows no counts of notifications')
  return { startedAt, counts: [...found.values()], members }
}

function labelsIn(text: string): Partial<Record<string, string>> {
  return Object.fromEntries(
    [...text.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value = '']) => [
      name,
      value.replaceAll(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign)),
    ]),
  )
}
