import type { Kpi } from './kpi.js'

/** Why a measurement is refused; also the value of the label `reason` on the counter of refusals. */
export const refusalReasons = [
  'not_a_number',
  'not_finite',
  'out_of_range',
  'not_an_integer',
  'unknown_outcome',
  'unknown_label',
  'unknown_kpi',
] as const

export type RefusalReason = (typeof refusalReasons)[number]

/**
 * Whether a KPI can have this value: a finite number within its range (a whole one where it counts things),
 * or, for a counter KPI, one of its outcomes.
 * @returns the reason it can't, undefined where it can
 */
export function refusalOf(kpi: Kpi, value: unknown): RefusalReason | undefined {
  if (kpi.outcomes !== undefined) {
    return typeof value === 'string' && outcomesOf(kpi).includes(value) ? undefined : 'unknown_outcome'
  }
  if (typeof value !== 'number' || Number.isNaN(value)) return 'not_a_number'
  if (!Number.isFinite(value)) return 'not_finite'
  if (value < kpi.range.min || value > kpi.range.max) return 'out_of_range'
  if (kpi.range.integer && !Number.isInteger(value)) return 'not_an_integer'
  return undefined
}

/** Every outcome a counter KPI tells apart; empty for the others. */
export function outcomesOf(kpi: Pick<Kpi, 'outcomes'>): readonly string[] {
  const { outcomes } = kpi
  return outcomes === undefined ? [] : [...outcomes.counted, ...outcomes.others, ...outcomes.excluded]
}
