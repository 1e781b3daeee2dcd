import { type Config, defineConfig } from '@mnemoscope/kpi'
import { customKpis } from '../../../../test/harness/custom-kpis.js'

/** The defaults, and a configuration with KPIs of its own in every instrument, overrides and odd names. */
export const configs: [string, Config][] = [
  ['the defaults', defineConfig()],
  [
    'overrides, custom KPIs and odd names',
    defineConfig({
      services: [{ name: 'memory-api', targets: ['localhost:9464'] }],
      dashboard: { refreshInterval: '1m30s' },
      kpis: {
        latency: {
          overrides: [
            { model: 'weird "quoted" \\ model.*', thresholds: { critical: 40 } },
            { contextSize: 131_072, thresholds: { warning: 8 } },
          ],
        },
        ...customKpis,
        citation_success_rate_of_long_answers: {
          ...customKpis.citation_success_rate_of_long_answers,
          thresholds: { critical: 0.5 },
        },
      },
    }),
  ],
]
