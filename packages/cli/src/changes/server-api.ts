import { type ErrorCode, MnemoscopeError } from '@mnemoscope/kpi'

/** One of the two servers that read generated files. */
export interface ReloadedServer {
  readonly name: 'Prometheus' | 'Alertmanager'
  /** Base address. */
  readonly url: string
}

const timeoutMs = 15_000

/**
 * Asks a server's HTTP API.
 * @throws MnemoscopeError PROMETHEUS_UNREACHABLE or ALERTMANAGER_UNREACHABLE if it does not answer
 */
export async function askServer(
  { name, url }: ReloadedServer,
  path: string,
  init: RequestInit = {},
): Promise<{ ok: boolean; status: number; text: string }> {
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}${path}`, {
      ...init,
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
    value: server.url,
    expected: '200 from /-/ready',
    next: `Wait until ${server.name} is ready.`,
  })
}

/**
 * Makes a server read its configuration again.
 * @throws Error with the server's message if it refuses
 */
export async function reload(server: ReloadedServer): Promise<void> {
  const { ok, status, text } = await askServer(server, '/-/reload', { method: 'POST' })
  if (ok) return
  const hint =
    status === 403 || status === 404 || status === 405 ? ' (start it with --web.enable-lifecycle)' : ''
  throw new Error(`${server.name} refused to reload with status ${status}${hint}: ${text.trim()}`)
}

function codeOf(name: ReloadedServer['name']): ErrorCode {
  return name === 'Prometheus' ? 'PROMETHEUS_UNREACHABLE' : 'ALERTMANAGER_UNREACHABLE'
}
