import { MnemoscopeError } from '@mnemoscope/kpi'
import { z } from 'zod'
import { reached, withLogin } from './login.js'
import { runIn } from './up/run-file.js'

/** Values of a range query as Prometheus sends them: Unix seconds and text. There can be millions, so the first alone is looked at. */
export type RangeValues = readonly (readonly [at: number, value: string])[]

const valueSchema = z.tuple([z.number(), z.string()])
const rangeSchema = z.object({
  result: z.array(
    z.object({
      metric: z.record(z.string(), z.string()),
      values: z.custom<RangeValues>(
        (given) => Array.isArray(given) && (given.length === 0 || valueSchema.safeParse(given[0]).success),
      ),
    }),
  ),
})

/** Prometheus answers at most 11,000 steps at once. */
const mostSteps = 10_000

/**
 * Address of a server: the given one, else that of `mnemoscope up` in this folder, else the configured one. It has the
 * password if it is a server of `mnemoscope up`.
 */
export function serverUrl(
  server: 'prometheus' | 'alertmanager',
  { given, folder, configured }: { given: string | undefined; folder: string; configured: string },
): string {
  const run = runIn(folder)
  const url = (given ?? run?.[server] ?? configured).replace(/\/+$/, '')
  return url === run?.[server] ? withLogin(url, run.serversPasswordFile) : url
}

/**
 * `data` of an answer of Prometheus' HTTP API.
 * @throws MnemoscopeError PROMETHEUS_UNREACHABLE or PROMETHEUS_QUERY
 */
export async function askPrometheus(
  address: string,
  path: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const { url, headers } = reached(address)
  const isQuery = 'query' in parameters
  const body = new URLSearchParams(parameters)
  let answer: { status?: string; data?: unknown; error?: string }
  let status = 0
  try {
    const response = await fetch(isQuery || body.size === 0 ? `${url}${path}` : `${url}${path}?${body}`, {
      headers,
      signal: AbortSignal.timeout(120_000),
      ...(isQuery ? { method: 'POST', body } : {}),
    })
    status = response.status
    answer = (status === 401 ? {} : await response.json()) as typeof answer
  } catch (cause) {
    throw new MnemoscopeError('PROMETHEUS_UNREACHABLE', `Prometheus does not answer at ${url}`, {
      value: url,
      next: 'Start it (`npx mnemoscope up`), or give another address with --prometheus-url.',
      cause,
    })
  }
  if (answer.status === 'success') return answer.data
  if (status === 401) {
    throw new MnemoscopeError('PROMETHEUS_UNREACHABLE', `Prometheus at ${url} asks for another password`, {
      value: url,
      expected: 'an address with its user and password, or the Prometheus of `mnemoscope up` here',
      next: 'Run the command in the folder of `npx mnemoscope up`, or give http://user:password@host:port with --prometheus-url.',
    })
  }
  throw new MnemoscopeError('PROMETHEUS_QUERY', `Prometheus refused ${path}: ${answer.error}`, {
    value: parameters.query,
    next: 'Ask for a shorter time (--hours), or increase --query.max-samples of Prometheus.',
  })
}

/**
 * A query at each step from `start` to `end`, Unix seconds, both included; split into queries that Prometheus allows.
 * @param take gets the labels and the values of each series, again for each part of the time
 */
export async function rangeOf(
  url: string,
  query: string,
  { start, end, step }: { readonly start: number; readonly end: number; readonly step: number },
  take: (labels: Readonly<Record<string, string>>, values: RangeValues) => void,
): Promise<void> {
  for (let from = start; from <= end; from += mostSteps * step) {
    const to = Math.min(end, from + (mostSteps - 1) * step)
    const range = { start: String(from), end: String(to), step: String(step) }
    const { result } = rangeSchema.parse(await askPrometheus(url, '/api/v1/query_range', { query, ...range }))
    for (const { metric, values } of result) take(metric, values)
  }
}
