import type { PrometheusClient } from './client.js'

/** A Prometheus whose alerts are read: the one of the configuration, or a replica of it. */
export interface AlertSource {
  /** Its address without user and password. */
  readonly name: string
  readonly client: PrometheusClient
  /** What it last said; changes with each answer. */
  last: {
    /** Its external labels without those of replicas; undefined before its first answer. */
    readonly externalLabels: Readonly<Record<string, string>> | undefined
    /** When it last answered, by our clock; before that when it was first asked. */
    readonly answeredAt: number
  }
}

export function alertSource(url: string, client: PrometheusClient): AlertSource {
  const { origin, pathname } = new URL(url)
  return {
    name: `${origin}${pathname.replace(/\/$/, '')}`,
    client,
    last: { externalLabels: undefined, answeredAt: Date.now() },
  }
}

/** A client that asks another replica where one does not answer, and stays with the one that does. */
export function firstThatAnswers(
  clients: readonly [PrometheusClient, ...PrometheusClient[]],
): PrometheusClient {
  let order: readonly PrometheusClient[] = clients
  return {
    async ask(path, parameters) {
      let first: unknown
      for (const client of order) {
        try {
          const answer = await client.ask(path, parameters)
          if (client !== order[0]) order = [client, ...order.filter((other) => other !== client)]
          return answer
        } catch (error) {
          if ((error as { code?: unknown }).code !== 'PROMETHEUS_UNREACHABLE') throw error
          first ??= error
        }
      }
      throw first
    },
  }
}
