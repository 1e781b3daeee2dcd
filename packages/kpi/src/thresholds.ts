import { contextTokens } from './context-size.js'
import { tuning } from './judge/tuning.js'
import type { Direction, Kpi, KpiOverride, Quantile, Statistic, Thresholds } from './kpi.js'
import { type ThresholdSeverity, thresholdSeverities } from './severity.js'

/** Whether a value is at or beyond a threshold: at or below where higher is better, at or above where lower is. */
export function isBreach(direction: Direction, value: number, threshold: number): boolean {
  return direction === 'higher_is_better' ? value <= threshold : value >= threshold
}

/** The worst level whose threshold the value breaches; undefined while it breaches none. NaN breaches none. */
export function severityOf(
  direction: Direction,
  thresholds: Thresholds,
  value: number,
): ThresholdSeverity | undefined {
  return thresholdSeverities.findLast((severity) => {
    const threshold = thresholds[severity]
    return threshold !== undefined && isBreach(direction, value, threshold)
  })
}

/** Where a value was measured: the model, the context size's class and the operation, as the labels have them. */
export interface Place {
  readonly model: string
  readonly contextSize: string
  /** Empty where a metric has no such label. */
  readonly operation: string
}

/** What an override can name, the most telling first: of two that name equally many, the one with the earlier name is narrower. */
export const overrideKeys = ['model', 'operation', 'contextSize'] as const

/** Only the levels that have a threshold: `undefined` takes one away that was set before. */
export function withoutUnset(thresholds: Thresholds): Thresholds {
  return Object.fromEntries(Object.entries(thresholds).filter(([, value]) => value !== undefined))
}

/** How narrow an override is: by how many of model, operation and context size it names, then by which. */
export function overrideRank(override: KpiOverride): number {
  const named = overrideKeys.map((key) => override[key] !== undefined)
  const which = named.reduce((rank, isNamed) => 2 * rank + Number(isNamed), 0)
  return 8 * named.filter(Boolean).length + which
}

/** Whether an override is for this place. */
export function overrideMatches(override: KpiOverride, place: Place): boolean {
  const sizeMatches =
    override.contextSize === undefined || contextTokens(place.contextSize) === override.contextSize
  return (
    (['model', 'operation'] as const).every(
      (key) => override[key] === undefined || override[key] === place[key],
    ) && sizeMatches
  )
}

/** A KPI with an override applied: what the override leaves out stays. */
export function overridden(kpi: Kpi, override: KpiOverride): Kpi {
  const { model: _, operation: __, contextSize: ___, ...settings } = override
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
  const thresholds = withoutUnset({ ...kpi.thresholds, ...settings.thresholds })
  const there = { ...kpi, ...given, thresholds }
  // Another statistic has another default, which holds as long as nothing else was set.
  const isDefault = settings.operations === undefined && kpi.operations === defaultOperations(kpi.statistic)
  return isDefault ? { ...there, operations: defaultOperations(there.statistic) } : there
}

/** How many operations a value remembers unless set: a quantile needs more of them than a mean. */
export function defaultOperations(statistic: Statistic): number {
  return isQuantile(statistic) ? tuning.share.operations : tuning.mean.operations
}

/** Whether a statistic is a quantile of single operations. */
export function isQuantile(statistic: Statistic): statistic is Quantile {
  return /^p\d+$/.test(statistic)
}

/** A quantile as a number: 0.95 of `p95`. */
export function quantileOf(statistic: Quantile): number {
  return Number(statistic.slice(1)) / 100
}

/** A KPI as the narrowest override that matches a place has it. */
export function kpiAt(kpi: Kpi, place: Place): Kpi {
  const narrowest = narrowestAt(kpi, place)
  return narrowest === undefined ? kpi : overridden(kpi, narrowest)
}

/** The thresholds of a place: those of the most specific override, with missing levels from the KPI itself. */
export function thresholdsAt(kpi: Pick<Kpi, 'thresholds' | 'overrides'>, place: Place): Thresholds {
  const narrowest = narrowestAt(kpi, place)
  return narrowest === undefined
    ? kpi.thresholds
    : withoutUnset({ ...kpi.thresholds, ...narrowest.thresholds })
}

function narrowestAt({ overrides }: Pick<Kpi, 'overrides'>, place: Place): KpiOverride | undefined {
  return overrides
    .filter((override) => overrideMatches(override, place))
    .toSorted((a, b) => overrideRank(b) - overrideRank(a))[0]
}
