import type { Kpi } from './kpi.js'

/** Why a measurement is refused; also the value of the label `reason` on the counter of refusals. */
export const refusalReasons = [
  'not_a_number',
  'not_finite',
  'out_of_range',
  'unknown_outcome',
  'unknown_label',
  'unknown_kpi',
] as const

export type RefusalReason = (typeof refusalReasons)[number]

/**
 * Checks a measurement: a KPI takes a finite number, or one of its outcomes if it is a counter. A number can be worse than
 * the range of the KPI, so that no check hides a bad value. It is refused if it is better than the range, or if it is
 * negative while the range is not.
 * @returns the reason for a refusal, undefined for a valid value
 */
export function refusalOf(kpi: Kpi, value: unknown): RefusalReason | undefined {
  if (kpi.outcomes !== undefined) {
    return typeof value === 'string' && outcomesOf(kpi).includes(value) ? undefined : 'unknown_outcome'
  }
  if (typeof value !== 'number' || Number.isNaN(value)) return 'not_a_number'
  if (!Number.isFinite(value)) return 'not_finite'
  const { min, max } = kpi.range
  const isBetter = kpi.direction === 'higher_is_better' ? value > max : value < min
  return isBetter || (value < 0 && min >= 0) ? 'out_of_range' : undefined
}

/** How far worse than its range a value is counted, in widths of the range. */
const worseWidths = 1_000

/**
 * The values of a KPI that are counted unchanged, both ends included. Beyond the range it is limited, because one huge
 * number would make a sum so large that later values do not change it.
 */
export function countedRange({ range, direction }: Pick<Kpi, 'range' | 'direction'>): {
  readonly min: number
  readonly max: number
} {
  const { min, max } = range
  const beyond = (max - min) * worseWidths
  if (direction === 'lower_is_better') return { min, max: max + beyond }
  return { min: min >= 0 ? 0 : min - beyond, max }
}

/**
 * Whether the sum of a KPI's values only grows. With values below 0 it can fall, which Prometheus takes for a restart, so
 * such a histogram has no sum and no mean.
 */
export function hasSum(kpi: Pick<Kpi, 'range' | 'direction'>): boolean {
  return countedRange(kpi).min >= 0
}

/** Where the value of a KPI can be, both ends included: a ratio within its range, all others where values are counted. */
export function judgedRange(kpi: Pick<Kpi, 'range' | 'direction' | 'statistic'>): {
  readonly min: number
  readonly max: number
} {
  return kpi.statistic === 'ratio' ? kpi.range : countedRange(kpi)
}

/** The number that is counted for a valid one: within `countedRange`, and rounded where the KPI has integers. */
export function countedValue(kpi: Pick<Kpi, 'range' | 'direction'>, value: number): number {
  const { min, max } = countedRange(kpi)
  const limited = Math.min(max, Math.max(min, value))
  return kpi.range.integer ? Math.round(limited) : limited
}

/** Every outcome that a counter KPI distinguishes; empty for other KPIs. */
export function outcomesOf(kpi: Pick<Kpi, 'outcomes'>): readonly string[] {
  const { outcomes } = kpi
  return outcomes === undefined ? [] : [...outcomes.counted, ...outcomes.others, ...outcomes.excluded]
}
