import { names } from '@mnemoscope/kpi'
import { z } from 'zod'
import { type AlertmanagerCounts, countsIn } from './alertmanager-counts.js'

type Labels = Readonly<Record<string, string>>

/** An alert in one of the groups in which Alertmanager notifies of it. */
export interface GroupedAlert {
  readonly labels: Labels
  readonly receiver: string
  readonly silencedBy: readonly string[]
  /** Fingerprints of the alerts that inhibit it. */
  readonly inhibitedBy: readonly string[]
  /** Names of mute times; before Alertmanager 0.28 always empty. */
  readonly mutedBy: readonly string[]
  /** Whether no other alert is in the group for longer, so that it probably made the group. */
  readonly isFirst: boolean
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
  /** Its address without a user and password. */
  readonly name: string
  /** Labels of every alert of ours that fires there, inhibited and silenced ones too. */
  firing(): Promise<readonly Labels[]>
  /** Alerts of ours in each of their groups: all, or those with these labels. */
  groups(labels?: Labels): Promise<readonly GroupedAlert[]>
  /** Its configuration with all defaults, as YAML without secrets. */
  configuration(): Promise<string>
  /** What it has counted of its notifications. */
  counts(): Promise<AlertmanagerCounts>
  /** All silences that it has, ended ones too, by id. */
  silences(): Promise<ReadonlyMap<string, Silence>>
  /** Names of all its alerts, those of other people too, by fingerprint. */
  names(): Promise<ReadonlyMap<string, string>>
}

const labels = z.record(z.string(), z.string())
const alertsSchema = z.array(z.object({ labels, fingerprint: z.string() }))
const ids = z.array(z.string()).nullish()
const groupsSchema = z.array(
  z.object({
    receiver: z.object({ name: z.string() }),
    alerts: z.array(
      z.object({
        labels,
        startsAt: z.string(),
        status: z.object({ silencedBy: ids, inhibitedBy: ids, mutedBy: ids }),
      }),
    ),
  }),
)
const statusSchema = z.object({ config: z.object({ original: z.string() }) })
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
  const ask = async (path: string, filters: readonly string[] = []): Promise<Response> => {
    const address = new URL(path, base)
    for (const filter of filters) address.searchParams.append('filter', filter)
    const response = await fetch(address, {
      signal: AbortSignal.timeout(timeoutMs),
      ...(headers && { headers }),
    })
    if (!response.ok) throw new Error(`Alertmanager answers ${response.status} at ${base.origin}`)
    return response
  }
  const get = async (path: string, filters?: readonly string[]): Promise<unknown> =>
    (await ask(`api/v2/${path}`, filters)).json()
  const ours = [`alertname=~"${names.alertPattern}"`]
  return {
    name: base.href.replace(/\/$/, ''),
    firing: async () => alertsSchema.parse(await get('alerts', ours)).map((alert) => alert.labels),
    async groups(wanted) {
      // Names and values as Alertmanager's matchers read them.
      const exactly = Object.entries(wanted ?? {}).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      const groups = groupsSchema.parse(await get('alerts/groups', wanted === undefined ? ours : exactly))
      return groups.flatMap(({ receiver, alerts }) => {
        const first = Math.min(...alerts.map(({ startsAt }) => Date.parse(startsAt)))
        return alerts.map(({ labels, startsAt, status: { silencedBy, inhibitedBy, mutedBy } }) => ({
          labels,
          receiver: receiver.name,
          silencedBy: silencedBy ?? [],
          inhibitedBy: inhibitedBy ?? [],
          mutedBy: mutedBy ?? [],
          isFirst: Date.parse(startsAt) <= first,
        }))
      })
    },
    configuration: async () => statusSchema.parse(await get('status')).config.original,
    counts: async () => countsIn(await (await ask('metrics')).text()),
    async silences() {
      const all = z.array(silenceSchema).parse(await get('silences'))
      return new Map(
        all.map(({ id, createdBy, comment, endsAt }) => [
          id,
          { id, by: createdBy, comment, until: Date.parse(endsAt) / 1_000 },
        ]),
      )
    },
    async names() {
      const alerts = alertsSchema.parse(await get('alerts'))
      return new Map(alerts.map(({ fingerprint, labels }) => [fingerprint, labels.alertname ?? '']))
    },
  }
}
