import { names } from '@mnemoscope/kpi'
import { z } from 'zod'

/** Asks an Alertmanager for the labels of every alert that fires there, inhibited and silenced ones too. */
export type AlertmanagerClient = () => Promise<readonly Readonly<Record<string, string>>[]>

const alertsSchema = z.array(z.object({ labels: z.record(z.string(), z.string()) }))
const timeoutMs = 5_000

/** A client of the API at `url`; a user and password in it become basic authorization. */
export function createAlertmanagerClient(url: string): AlertmanagerClient {
  const base = new URL(url.endsWith('/') ? url : `${url}/`)
  const login = `${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`
  const headers = base.username === '' ? undefined : { authorization: `Basic ${btoa(login)}` }
  base.username = ''
  base.password = ''
  const address = new URL('api/v2/alerts', base)
  address.searchParams.set('filter', `alertname=~"${names.alertPattern}"`)
  return async () => {
    const response = await fetch(address, {
      signal: AbortSignal.timeout(timeoutMs),
      ...(headers && { headers }),
    })
    if (!response.ok) throw new Error(`Alertmanager answers ${response.status} at ${base.origin}`)
    return alertsSchema.parse(await response.json()).map(({ labels }) => labels)
  }
}
