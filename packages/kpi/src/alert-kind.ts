import type { Direction, Kpi } from './kpi.js'
import { alertName } from './names.js'

/** What an alert is about, which says what its numbers are. */
export const alertKinds = ['threshold', 'trend', 'drift', 'burn', 'no_data', 'pipeline', 'other'] as const
export type AlertKind = (typeof alertKinds)[number]

/** What an alert's name says after its KPI, by kind. */
const suffixes: Partial<Record<AlertKind, readonly string[]>> = {
  threshold: ['warning', 'error', 'critical'],
  trend: ['info'],
  drift: ['drift_info'],
  burn: ['burn_warning', 'burn_error', 'burn_critical'],
  no_data: ['no_data'],
}

/**
 * The kind of an alert, by its name.
 * - `threshold`: a KPI is at or beyond a threshold
 * - `trend`, `drift`: a KPI is unlike the day before, or got a little worse every day
 * - `burn`: a ratio misses its target too often; its numbers are how many times as often as the target allows
 * - `no_data`: a KPI that was there is no longer measured
 * - `pipeline`: the pipeline about itself
 * - `other`: an alert of other origin
 * @param kpi id of the KPI in the alert's labels; null without one
 */
export function alertKindOf(alertname: string, kpi: string | null): AlertKind {
  const kind =
    kpi === null
      ? undefined
      : alertKinds.find((each) => suffixes[each]?.some((what) => alertname === alertName({ id: kpi }, what)))
  return kind ?? (alertname.startsWith('Mnemoscope') ? 'pipeline' : 'other')
}

/** How the numbers of an alert are to be read. */
export interface AlertScale {
  readonly unit: string
  readonly direction: Direction
}

/** Unit and better direction of an alert's values and threshold; undefined if its numbers are not values of a KPI. */
export function alertScale(
  kind: AlertKind,
  kpi: Pick<Kpi, 'unit' | 'direction'> | undefined,
): AlertScale | undefined {
  if (kind === 'burn') return { unit: 'times', direction: 'lower_is_better' }
  if (kpi === undefined || (kind !== 'threshold' && kind !== 'trend' && kind !== 'drift')) return undefined
  return { unit: kpi.unit, direction: kpi.direction }
}
