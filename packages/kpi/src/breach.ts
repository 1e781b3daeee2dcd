import { largerContextSize } from './context-size.js'
import type { Direction, Kpi, ThresholdOverride, Thresholds } from './kpi.js'
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

/** Where a value was measured: the model and the context size's class, as the labels have them. */
export interface Place {
  readonly model: string
  readonly contextSize: string
}

/** How narrowly an override is aimed: a pair before a model before a size. */
export function overrideRank(override: ThresholdOverride): number {
  return (override.model === undefined ? 0 : 2) + (override.contextSize === undefined ? 0 : 1)
}

/** Whether an override is for this place. */
export function overrideMatches(override: ThresholdOverride, place: Place): boolean {
  const sizeMatches =
    override.contextSize === undefined ||
    (place.contextSize !== largerContextSize && Number(place.contextSize) === override.contextSize)
  return (override.model === undefined || override.model === place.model) && sizeMatches
}

/** The thresholds in force at a place: the most narrowly aimed override, its missing levels from the KPI itself. */
export function thresholdsAt(kpi: Pick<Kpi, 'thresholds' | 'overrides'>, place: Place): Thresholds {
  const [narrowest] = kpi.overrides
    .filter((override) => overrideMatches(override, place))
    .sort((a, b) => overrideRank(b) - overrideRank(a))
  return narrowest === undefined ? kpi.thresholds : { ...kpi.thresholds, ...narrowest.thresholds }
}
