import { type ConfigInput, catalog, isQuantile, type KpiDeclaration } from '@mnemoscope/kpi'

/** A fourth of the operations, so that values forget within a minute what is over. */
const kpis = Object.fromEntries(
  Object.entries<KpiDeclaration>(catalog)
    .filter(([, { instrument }]) => instrument !== 'gauge')
    .map(([id, { statistic }]) => [id, { operations: isQuantile(statistic) ? 15 : 5 }]),
)

/**
 * Shorter intervals for the demo, so that a fault shows within a minute. They replace the general defaults of settings
 * that the configuration file leaves out.
 */
export const demoClock: ConfigInput = {
  scrapeInterval: '5s',
  alertCheckInterval: '5s',
  snapshotInterval: '15s',
  dashboard: { refreshInterval: '5s' },
  alerting: { groupWait: '10s', groupInterval: '15s' },
  kpis,
}
