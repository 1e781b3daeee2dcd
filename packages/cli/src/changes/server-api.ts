import { setTimeout as pause } from 'node:timers/promises'
import { type ErrorCode, MnemoscopeError } from '@mnemoscope/kpi'
import type { FoundServer } from '@mnemoscope/servers'
import { reached } from '../login.js'

/** One of the two servers that read generated files. */
export interface ReloadedServer {
  readonly name: 'Prometheus' | 'Alertmanager'
  /** Base address, with user and password if the server asks for them. */
  readonly url: string
  /** The process, if it is of this pipeline. */
  readonly own?: FoundServer | undefined
}

const timeoutMs = 15_000

/**
 * Asks a server's HTTP API.
 * @throws MnemoscopeError PROMETHEUS_UNREACHABLE or ALERTMANAGER_UNREACHABLE if it does not answer
 */
export async function askServer(
  { name, url: address }: ReloadedServer,
  path: string,
  init: RequestInit = {},
): Promise<{ ok: boolean; status: number; text: string }> {
  const { url, headers } = reached(address)
  try {
    const response = await fetch(`${url}${path}`, {
      ...init,
      headers,
      signal: AbortSignal.timeout(timeoutMs),
    })
    return { ok: response.ok, status: response.status, text: await response.text() }
  } catch (cause) {
    // The message of fetch is only "fetch failed"; its cause has the reason.
    const reason = (cause as { cause?: { message?: string } }).cause?.message ?? String(cause)
    throw new MnemoscopeError(codeOf(name), `${name} does not answer at ${url}: ${reason}`, {
      value: url,
      expected: `a running ${name}`,
      next: `Start ${name}; a changed configuration is applied once it answers.`,
      cause,
    })
  }
}

/** @throws MnemoscopeError if the server does not answer or is not ready for a configuration */
export async function assertReady(server: ReloadedServer): Promise<void> {
  const { ok, status, text } = await askServer(server, '/-/ready')
  if (ok) return
  throw new MnemoscopeError(codeOf(server.name), `${server.name} is not ready: ${status} ${text.trim()}`, {
    value: reached(server.url).url,
    expected: '200 from /-/ready',
    next: `Wait until ${server.name} is ready.`,
  })
}

/** Resolves once a Prometheus-compatible API answers queries, or when the signal is aborted. */
export async function untilItAnswers(url: string, stopping: AbortSignal): Promise<void> {
  const isThere = () =>
    askServer({ name: 'Prometheus', url }, '/api/v1/query?query=1').then(
      ({ ok }) => ok,
      () => false,
    )
  while (!stopping.aborted && !(await isThere())) await pause(50)
}

function codeOf(name: ReloadedServer['name']): ErrorCode {
  return name === 'Prometheus' ? 'PROMETHEUS_UNREACHABLE' : 'ALERTMANAGER_UNREACHABLE'
}
