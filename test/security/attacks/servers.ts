import { type Attack, succeeded } from '../attack.js'

/** Prometheus and Alertmanager, as any program on the machine finds them by their ports. */
export interface MonitoringServers {
  readonly prometheus: string
  readonly alertmanager: string
}

const json = { 'content-type': 'application/json' }
/** What a browser sends for a page of another site. */
const page = { ...json, origin: 'https://attacker.example' }

const silence = JSON.stringify({
  matchers: [{ name: 'alertname', value: '.+', isRegex: true }],
  startsAt: new Date().toISOString(),
  endsAt: new Date(Date.now() + 3_600_000).toISOString(),
  createdBy: 'nobody',
  comment: 'quiet',
})
const alert = JSON.stringify([{ labels: { alertname: 'MnemoscopeForged', severity: 'critical' } }])

/** Without the password: by another account of the machine, or by a web page in the user's browser. */
export const serverAttacks: readonly Attack<MonitoringServers>[] = [
  {
    name: 'silence every alert in Alertmanager',
    attempt: ({ alertmanager }) =>
      succeeded(`${alertmanager}/api/v2/silences`, { method: 'POST', headers: json, body: silence }),
  },
  {
    name: 'forge an alert in Alertmanager',
    attempt: ({ alertmanager }) =>
      succeeded(`${alertmanager}/api/v2/alerts`, { method: 'POST', headers: json, body: alert }),
  },
  {
    name: 'reload Alertmanager',
    attempt: ({ alertmanager }) => succeeded(`${alertmanager}/-/reload`, { method: 'POST' }),
  },
  {
    name: 'read the configuration of Alertmanager',
    attempt: ({ alertmanager }) => succeeded(`${alertmanager}/api/v2/status`),
  },
  {
    name: 'read the flags of Prometheus, which name folders',
    attempt: ({ prometheus }) => succeeded(`${prometheus}/api/v1/status/flags`),
  },
  {
    name: 'read the series of Prometheus',
    attempt: ({ prometheus }) => succeeded(`${prometheus}/api/v1/query?query=up`),
  },
  {
    name: 'let a web page ask Alertmanager',
    async attempt({ alertmanager }) {
      const response = await fetch(`${alertmanager}/api/v2/silences`, {
        method: 'OPTIONS',
        headers: {
          ...page,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type',
        },
      })
      const allowed = response.headers.get('access-control-allow-origin')
      return response.ok && allowed !== null ? `allowed for ${allowed}` : undefined
    },
  },
]

/** Prometheus has no such route, with or without a password. */
export const lifecycleAttacks: readonly Attack<MonitoringServers>[] = ['quit', 'reload'].map((verb) => ({
  name: `${verb} Prometheus over HTTP`,
  attempt: ({ prometheus }) => succeeded(`${prometheus}/-/${verb}`, { method: 'POST' }),
}))
