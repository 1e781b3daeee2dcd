import type { ConfigInput } from '@mnemoscope/kpi'

/**
 * A faster clock for the demo, so that a fault shows within a minute: used for whatever the configuration file
 * leaves out, in place of the general defaults.
 */
export const demoClock: ConfigInput = {
  scrapeInterval: '5s',
  alertCheckInterval: '5s',
  snapshotInterval: '15s',
  dashboard: { refreshInterval: '5s' },
  alerting: { groupInterval: '5s' },
  kpis: {
    f1_score: { window: '1m', keepFiringFor: '15s' },
    latency: { window: '1m', keepFiringFor: '15s' },
    token_usage: { window: '1m', keepFiringFor: '15s' },
    memory_usage: { window: '1m' },
    context_utilization: { window: '1m' },
    adaptation_success_rate: { window: '1m' },
    overflow_frequency: { window: '1m' },
  },
}
