import { names } from '@mnemoscope/kpi'
import { z } from 'zod'

type Labels = Readonly<Record<string, string>>

/** An alert in one of the groups in which Alertmanager notifies of it. */
export interface RoutedAlert {
  readonly receiver: string
  readonly silencedBy: readonly string[]
  /** Fingerprints of the alerts that inhibit it. */
  readonly inhibitedBy: readonly string[]
  /** Names of mute times; before Alertmanager 0.28 always empty. */
  readonly mutedBy: readonly string[]
}

/** What people have silenced, and why. */
export interface Silence {
  readonly id: string
  readonly by: string
  readonly comment: string
  /** Unix seconds. */
  readonly until: number
}

/** The API of an Alertmanager. Each function throws where it does not answer. */
export interface AlertmanagerClient {
  /** Labels of every alert of ours that fires there, inhibited and silenced ones too. */
  firing(): Promise<readonly Labels[]>
  /** An alert with these labels, by group; none if it has no such alert. */
  routed(labels: Labels): Promise<readonly RoutedAlert[]>
  silence(id: string): Promise<Silence>
  /** Name of the alert with this fingerprint; undefined if there is none any more. */
  nameOf(fingerprint: string): Promise<string | undefined>
}

const labels = z.record(z.string(), z.string())
const alertsSchema = z.array(z.object({ labels, fingerprint: z.string() }))
const ids = z.array(z.string()).nullish()
const groupsSchema = z.array(
  z.object({
    receiver: z.object({ name: z.string() }),
    alerts: z.array(z.object({ status: z.object({ silencedBy: ids, inhibitedBy: ids, mutedBy: ids }) })),
  }),
)
const silenceSchema = z.object({
  id: z.string(),
  createdBy: z.string(),
  comment: z.string(),
  endsAt: z.string(),
})
const timeoutMs = 5_000

/** A client of the API at `url`; a user and password in it become basic authorization. */
export function createAlertmanagerClient(url: string): AlertmanagerClient {
  const base = new URL(url.endsWith('/') ? url : `${url}/`)
  const login = `${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`
  const headers = base.username === '' ? undefined : { authorization: `Basic ${btoa(login)}` }
  base.username = ''
  base.password = ''
  const get = async (path: string, filters: readonly string[] = []): Promise<unknown> => {
    const address = new URL(`api/v2/${path}`, base)
    for (const filter of filters) address.searchParams.append('filter', filter)
    const response = await fetch(address, {
      signal: AbortSignal.timeout(timeoutMs),
      ...(headers && { headers }),
    })
    if (!response.ok) throw new Error(`Alertmanager answers ${response.status} at ${base.origin}`)
    return response.json()
  }
  const ours = [`alertname=~"${names.alertPattern}"`]
  return {
    firing: async () => alertsSchema.parse(await get('alerts', ours)).map((alert) => alert.labels),
    async routed(wanted) {
      // Names and values as Alertmanager's matchers read them.
      const filters = Object.entries(wanted).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      const groups = groupsSchema.parse(await get('alerts/groups', filters))
      return groups.flatMap(({ receiver, alerts }) =>
        alerts.map(({ status: { silencedBy, inhibitedBy, mutedBy } }) => ({
          receiver: receiver.name,
          silencedBy: silencedBy ?? [],
          inhibitedBy: inhibitedBy ?? [],
          mutedBy: mutedBy ?? [],
        })),
      )
    },
    async silence(id) {
      const { createdBy, comment, endsAt } = silenceSchema.parse(
        await get(`silence/${encodeURIComponent(id)}`),
      )
      return { id, by: createdBy, comment, until: Date.parse(endsAt) / 1_000 }
    },
    async nameOf(wanted) {
      const alerts = alertsSchema.parse(await get('alerts'))
      return alerts.find(({ fingerprint }) => fingerprint === wanted)?.labels.alertname
    },
  }
}
