import { type Attack, succeeded } from '../attack.js'

/** The recorder of `mnemoscope up`, as any program on the machine finds it by its port. */
export interface RecorderTarget {
  readonly recorder: string
}

const json = { 'content-type': 'application/json' }
const mute = JSON.stringify({ patch: { kpis: { f1_score: { thresholds: { warning: 0.76 } } } } })
const forged = JSON.stringify({
  version: '4',
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'MnemoscopeForged', severity: 'critical' },
      annotations: {},
      startsAt: new Date().toISOString(),
      endsAt: '0001-01-01T00:00:00Z',
      fingerprint: '0000000000000001',
    },
  ],
})

/** What a program of another account can send, and so what a proxy with its usual settings passes on for everybody. */
const attempts: Readonly<Record<string, [method: string, path: string, body?: string]>> = {
  'mute an alert by its thresholds': ['PUT', '/api/config', mute],
  'have the configuration read again': ['PUT', '/api/config', '{}'],
  'forge a notification of Alertmanager': ['POST', '/api/webhook/alertmanager', forged],
  'acknowledge an alert': ['POST', '/api/episodes/1/acknowledge', '{"by":"nobody"}'],
  'rate an alert': ['POST', '/api/episodes/1/rating', '{"rating":"noise","by":"nobody"}'],
  'read what memory was measured': ['GET', '/api/dashboard'],
  'read the configuration': ['GET', '/api/config'],
  'read every alert': ['GET', '/api/episodes'],
  'read single measurements': ['GET', '/api/measurements'],
  'report a deployment': ['POST', '/api/deployments', '{"service":"demo","version":"6.6.6"}'],
}

const headers: Readonly<Record<string, Record<string, string>>> = {
  'without a key': {},
  'with a wrong key': { authorization: `Bearer mnk_${'A'.repeat(43)}` },
  'with a forged cookie': { cookie: `mnemoscope_session=${Date.now() + 1_000_000}.${'0'.repeat(64)}` },
  'through a proxy': { 'x-forwarded-for': '127.0.0.1' },
}

/** The same requests with a key, but for the one that needs an alert: they have to work, or their refusal shows nothing. */
export async function workingWith(key: string, recorder: string): Promise<string[]> {
  const working: string[] = []
  for (const [name, [method, path, body]] of Object.entries(attempts)) {
    if (path.includes('/episodes/')) continue
    const init = { method, headers: { ...json, authorization: `Bearer ${key}` }, ...(body && { body }) }
    if ((await succeeded(`${recorder}${path}`, init)) !== undefined) working.push(name)
  }
  return working
}

export const recorderAttacks: readonly Attack<RecorderTarget>[] = Object.entries(headers).flatMap(
  ([how, given]) =>
    Object.entries(attempts).map(([name, [method, path, body]]) => ({
      name: `${name} ${how}`,
      async attempt({ recorder }: RecorderTarget) {
        // As the page's own requests have it.
        const origin = how === 'with a forged cookie' ? { origin: recorder } : {}
        return succeeded(`${recorder}${path}`, {
          method,
          headers: { ...json, ...given, ...origin },
          ...(body && { body }),
        })
      },
    })),
)
