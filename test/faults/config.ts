import { type Config, defineConfig } from '@mnemoscope/kpi'

export const snapshotSeconds = 2
export const evaluationSeconds = 1
export const scrapeSeconds = 1
export const contextSizes = [8_192, 32_768]

const soon = { operations: 2 }

/**
 * Seconds instead of minutes, so that a run of a quarter of an hour holds hundreds of instants and alerts.
 * @param metrics address of the service's /metrics
 */
export function faultsConfig(metrics: string): Config {
  return defineConfig({
    contextSizes,
    scrapeInterval: `${scrapeSeconds}s`,
    alertCheckInterval: `${evaluationSeconds}s`,
    snapshotInterval: `${snapshotSeconds}s`,
    alerting: { groupWait: '1s', groupInterval: '1s' },
    kpis: { f1_score: soon, latency: soon, token_usage: soon },
    services: [{ name: 'memory', targets: [metrics] }],
  })
}
