import type { PrometheusClient } from './client.js'

/** A client that tells how long each request took, in seconds, whether it went well or not. */
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
