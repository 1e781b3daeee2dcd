import type { Kpi, Quantile, Statistic } from './kpi.js'
import { overridden } from './thresholds.js'

/** How many there are of what a mean is over; null where unknown. */
export interface MeanSource {
  /** Operations, or readings of a gauge. */
  readonly samples: number | null
  /** Snapshots with a value, which the mean is over where there are no samples. */
  readonly snapshots: number | null
}

/**
 * What a mean is of, for people: `mean of 4,131 operations`, `mean of 720 readings`. Null where there is no mean.
 * @param kpi undefined for one that is no longer in the configuration
 * @param part what the mean is said of: a model has operations, but a gauge is read from a process that others may share
 */
export function meanText(
  kpi: Kpi | undefined,
  { samples, snapshots }: MeanSource,
  part: 'all' | 'model' = 'all',
): string | null {
  if (samples !== null && samples > 0) {
    if (kpi?.instrument === 'gauge') {
      const read = `mean of ${counted(samples, 'reading')}`
      return part === 'model' ? `${read} of processes that models may share` : read
    }
    const name = kpi?.outcomes === undefined ? 'mean' : 'ratio'
    return `${name} of ${counted(samples, kpi === undefined ? 'sample' : 'operation')}`
  }
  if (snapshots === null || snapshots === 0) return null
  return `mean of the ${valueText(kpi)}s of ${counted(snapshots, 'snapshot')}`
}

/** What a quantile is of, for people: `p95 of 4,131 operations`. */
export function quantileText(quantile: Quantile, operations: number): string {
  return `${quantile} of ${counted(operations, 'operation')}`
}

/** What the least or greatest value is of: `lowest snapshot p95`. */
export function extremeText(kpi: Kpi | undefined, which: 'lowest' | 'highest'): string {
  return `${which} snapshot ${valueText(kpi)}`
}

const valueNames: Partial<Record<Statistic, string>> = { newest: 'reading' }

/** What a KPI's value is of its operations; only `value` where places are judged by different statistics. */
export function valueText(kpi: Kpi | undefined): string {
  if (kpi === undefined) return 'value'
  const statistics = new Set(
    [kpi, ...kpi.overrides.map((each) => overridden(kpi, each))].map((each) => each.statistic),
  )
  return statistics.size > 1 ? 'value' : (valueNames[kpi.statistic] ?? kpi.statistic)
}

function counted(number: number, name: string): string {
  const text = number.toLocaleString('en-US', { maximumFractionDigits: 0 })
  return `${text} ${name}${text === '1' ? '' : 's'}`
}
