import { type ConfigInput, catalog, type KpiDeclaration } from '@mnemoscope/kpi'

/** Windows of a minute for every KPI, and a quick end of the alerts of those that have thresholds. */
const kpis = Object.fromEntries(
  Object.entries<KpiDeclaration>(catalog).map(([id, { thresholds }]) => [
    id,
    { window: '1m', ...(thresholds === undefined ? {} : { keepFiringFor: '15s' }) },
  ]),
)

/**
 * A faster clock for the demo, so that a fault shows within a minute. It takes the place of the general defaults for
 * settings that the configuration file leaves out.
 */
export const demoClock: ConfigInput = {
  scrapeInterval: '5s',
  alertCheckInterval: '5s',
  snapshotInterval: '15s',
  dashboard: { refreshInterval: '5s' },
  alerting: { groupInterval: '5s' },
  kpis,
}
