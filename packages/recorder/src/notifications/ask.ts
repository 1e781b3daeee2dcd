import { fingerprintOf, withoutReplica } from '../alerts/fingerprint.js'
import type { AlertmanagerClient, GroupedAlert, Silence } from '../prometheus/alertmanager.js'
import { routingOf } from './routing.js'
import { type Named, type Standing, standingsOf } from './standing.js'

/** What the first Alertmanager of a cluster that answers says. */
export interface Answer {
  /** Where an alert stands, by the fingerprint that its episode has. @param at Unix ms */
  standingsOf(fingerprint: string, at: number): Standing[]
}

/**
 * Asks the first Alertmanager of a cluster that answers.
 * @param labels of the only alert that is wanted. Default: all of ours
 * @returns undefined where none answers
 */
export async function askAlertmanagers(
  clients: readonly AlertmanagerClient[],
  replicaLabels: readonly string[],
  labels?: Readonly<Record<string, string>>,
): Promise<Answer | undefined> {
  for (const client of clients) {
    try {
      const [alerts, yaml] = await Promise.all([client.groups(labels), client.configuration()])
      const groups = new Map<string, GroupedAlert[]>()
      for (const alert of alerts) {
        const fingerprint = fingerprintOf(withoutReplica(alert.labels, replicaLabels))
        const own = groups.get(fingerprint) ?? []
        groups.set(fingerprint, own)
        own.push(alert)
      }
      const named = await namesIn(client, alerts)
      const routing = whereRead(() => routingOf(yaml))
      return {
        standingsOf(fingerprint, at) {
          const own = groups.get(fingerprint) ?? []
          // A route that only Go can read tells nothing; what the API says is true all the same.
          return (
            whereRead(() => standingsOf(own, routing, named, at)) ?? standingsOf(own, undefined, named, at)
          )
        },
      }
    } catch {
      // The next one knows the same.
    }
  }
  return undefined
}

/** Undefined where a configuration has what cannot be read here, such as a regular expression of RE2 alone. */
function whereRead<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** Asks for silences and for the names of alerts, each at once and only where something is held back by them. */
async function namesIn(client: AlertmanagerClient, alerts: readonly GroupedAlert[]): Promise<Named> {
  const has = (ids: (alert: GroupedAlert) => readonly string[]) =>
    alerts.some((alert) => ids(alert).length > 0)
  const silences = has(({ silencedBy }) => silencedBy) ? await client.silences() : new Map<string, Silence>()
  const names = has(({ inhibitedBy }) => inhibitedBy) ? await client.names() : new Map<string, string>()
  return {
    silence: (id) => silences.get(id) ?? { id, by: '', comment: '', until: 0 },
    alert: (fingerprint) => names.get(fingerprint),
  }
}
