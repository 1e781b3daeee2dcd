import { MnemoscopeError, names } from '@mnemoscope/kpi'
import { z } from 'zod'
import { askServer } from './server-api.js'

const answerSchema = z.object({
  data: z.object({
    result: z.array(z.object({ metric: z.object({ sha256: z.string() }) })),
  }),
})

/**
 * Hashes of the configurations whose rules Prometheus evaluates; for a moment after a change they are two.
 * @returns why nobody knows, where Prometheus does not tell: PROMETHEUS_UNREACHABLE, PROMETHEUS_QUERY
 */
export async function evaluatedConfigs(url: string): Promise<string[] | MnemoscopeError> {
  const query = new URLSearchParams({ query: names.configInfo })
  try {
    const { ok, status, text } = await askServer({ name: 'Prometheus', url }, `/api/v1/query?${query}`)
    if (!ok) return unreadable(url, `it answered with ${status}: ${text.slice(0, 300)}`)
    const { result } = answerSchema.parse(JSON.parse(text)).data
    return [...new Set(result.map(({ metric }) => metric.sha256))]
  } catch (error) {
    return error instanceof MnemoscopeError ? error : unreadable(url, 'its answer is no result of a query')
  }
}

function unreadable(url: string, why: string): MnemoscopeError {
  return new MnemoscopeError(
    'PROMETHEUS_QUERY',
    `Prometheus does not tell whose rules it evaluates: ${why}`,
    {
      value: url,
      expected: `series of ${names.configInfo}`,
      next: 'Check that the address is that of a Prometheus-compatible API.',
    },
  )
}
