import { MnemoscopeError } from '@mnemoscope/kpi'
import { messageOf } from '../message-of.js'

/** How to reach a Prometheus-compatible query API. */
export interface PrometheusOptions {
  /** Base address, with the path prefix where there is one: `http://127.0.0.1:9090`, `https://host/prometheus`. */
  readonly url: string
  /** Headers of every request: a tenant, an authorization. */
  readonly headers?: Readonly<Record<string, string>>
  /** How long one request may take, in ms. Default 30,000. */
  readonly timeoutMs?: number
}

/** Asks Prometheus' HTTP API. */
export interface PrometheusClient {
  /**
   * `data` of the answer to a request such as `api/v1/query`, unchecked.
   * @throws MnemoscopeError PROMETHEUS_UNREACHABLE without an answer, PROMETHEUS_QUERY with an error for an answer
   */
  ask(path: string, parameters: Readonly<Record<string, string>>): Promise<unknown>
}

/** A client of the API at `url`; a user and password in it become basic authorization. */
export function createPrometheusClient({
  url,
  headers = {},
  timeoutMs = 30_000,
}: PrometheusOptions): PrometheusClient {
  const base = new URL(url.endsWith('/') ? url : `${url}/`)
  const authorization =
    base.username === ''
      ? {}
      : {
          authorization: `Basic ${btoa(`${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`)}`,
        }
  base.username = ''
  base.password = ''

  return {
    async ask(path, parameters) {
      // Only queries have a body; the other endpoints answer GET alone.
      const isQuery = 'query' in parameters
      const body = new URLSearchParams(parameters)
      const address = new URL(isQuery || body.size === 0 ? path : `${path}?${body}`, base)
      let response: Response
      let text: string
      try {
        response = await fetch(address, {
          method: isQuery ? 'POST' : 'GET',
          headers: { ...authorization, ...headers },
          signal: AbortSignal.timeout(timeoutMs),
          ...(isQuery ? { body } : {}),
        })
        text = await response.text()
      } catch (cause) {
        throw unreachable(base, cause)
      }
      return dataOf(text, response.status, address, parameters)
    },
  }
}

function dataOf(
  text: string,
  status: number,
  address: URL,
  parameters: Readonly<Record<string, string>>,
): unknown {
  let answer: { status?: unknown; data?: unknown; error?: unknown } | undefined
  try {
    answer = JSON.parse(text) as typeof answer
  } catch {
    answer = undefined
  }
  if (answer?.status === 'success') return answer.data
  if (status === 503 || status === 502 || status === 504) {
    throw unreachable(address, new Error(`HTTP ${status}`))
  }
  throw new MnemoscopeError(
    'PROMETHEUS_QUERY',
    `Prometheus answered ${address.pathname} with HTTP ${status}: ${String(answer?.error ?? text.slice(0, 200))}`,
    {
      value: parameters.query,
      expected: 'a successful answer',
      next: "Check that the address is that of a Prometheus-compatible API and see the server's log.",
    },
  )
}

function unreachable(address: URL, cause: unknown): MnemoscopeError {
  // fetch says "fetch failed" and keeps the reason to itself.
  const inner = (cause as { cause?: unknown }).cause ?? cause
  return new MnemoscopeError(
    'PROMETHEUS_UNREACHABLE',
    `Prometheus does not answer at ${address.origin}: ${messageOf(inner)}`,
    {
      value: address.origin,
      expected: 'a running Prometheus-compatible API',
      next: 'Start Prometheus or correct endpoints.prometheus in the configuration.',
      cause,
    },
  )
}

/** A client that calls `observe` with the seconds that each request took, whether it succeeded or not. */
export function timedClient(client: PrometheusClient, observe: (seconds: number) => void): PrometheusClient {
  return {
    ...client,
    async ask(...parameters) {
      const startedMs = performance.now()
      try {
        return await client.ask(...parameters)
      } finally {
        observe((performance.now() - startedMs) / 1_000)
      }
    },
  }
}
