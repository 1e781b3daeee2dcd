import { defineConfig } from '@mnemoscope/kpi'

/**
 * Everything left out has its default: docs/configuration.md lists them all.
 * Thresholds: F1 0.80/0.75/0.70, latency 5/10/20 s, tokens 15,000/20,000/25,000 (warning/error/critical).
 */
export default defineConfig({
  // One class for each context window in use.
  contextSizes: [8_192, 32_768, 131_072],
  // The instrumented services and the addresses of their /metrics endpoints.
  services: [{ name: 'demo', targets: ['127.0.0.1:9464'] }],
})
