import { type ConfigInput, catalog, type KpiDeclaration } from '@mnemoscope/kpi'

/** One-minute windows for every KPI; alerts of KPIs with thresholds end quickly. */
const kpis = Object.fromEntries(
  Object.entries<KpiDeclaration>(catalog).map(([id, { thresholds }]) => [
    id,
    { window: '1m', ...(thresholds === undefined ? {} : { keepFiringFor: '15s' }) },
  ]),
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
  alerting: { groupInterval: '5s' },
  kpis,
}
