import { type Config, defineConfig, type Kpi } from '@mnemoscope/kpi'

/** The configuration that patterns are judged by: the defaults, and thresholds where a KPI has none. */
export const patternConfig = defineConfig({
  kpis: {
    context_utilization: { thresholds: { warning: 0.8, error: 0.9, critical: 0.95 } },
    overflow_frequency: { thresholds: { warning: 0.05, error: 0.1, critical: 0.2 } },
    adaptation_success_rate: { thresholds: { warning: 0.9, error: 0.8, critical: 0.7 } },
    memory_usage: { thresholds: { warning: 4e9, error: 6e9, critical: 8e9 } },
  },
})

/**
 * The configuration that tables and random histories are judged by: one level, so that there is one answer to whether a
 * system is ill. A value stands for four hours, as in the figures that the tables are compared with.
 */
export const tableConfig = defineConfig({
  kpis: {
    f1_score: { thresholds: { warning: 0.8 }, expiry: '4h' },
    latency: { thresholds: { warning: 5 }, expiry: '4h' },
  },
})

/** A KPI of a configuration. */
export function kpiOf(config: Config, id: string): Kpi {
  const kpi = (config.kpis as Readonly<Record<string, Kpi>>)[id]
  if (kpi === undefined) throw new Error(`a pattern names the KPI ${id}, which does not exist`)
  return kpi
}
