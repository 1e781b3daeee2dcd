import type { Config } from '@mnemoscope/kpi'

/**
 * The KPI with an id that comes from outside, undefined for one that the configuration does not know: also for one that
 * every object has as a property of its own, such as `constructor`.
 */
export function kpiOf(
  kpis: Config['kpis'],
  id: string | null | undefined,
): Config['kpis'][string] | undefined {
  return typeof id === 'string' && Object.hasOwn(kpis, id) ? kpis[id] : undefined
}
