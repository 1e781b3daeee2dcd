import type { Config } from '@mnemoscope/kpi'
import type { Watched } from './table.js'

/** Whether a receiver is meant for an alert; undefined where the configuration has none: somebody else's may lead it to people. */
export function promises(
  { alerting }: Pick<Config, 'alerting'>,
  { severity, service, kpi }: Pick<Watched, 'severity' | 'service' | 'kpi'>,
): boolean | undefined {
  const receivers = Object.values(alerting.receivers)
  if (receivers.length === 0) return undefined
  const has = (wanted: readonly string[] | undefined, given: string | null) =>
    wanted === undefined || (given !== null && wanted.includes(given))
  return receivers.some(
    ({ severities, services, kpis }) => has(severities, severity) && has(services, service) && has(kpis, kpi),
  )
}
