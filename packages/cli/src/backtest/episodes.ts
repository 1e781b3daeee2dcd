import {
  durationSeconds,
  type Kpi,
  shareSettings,
  type ThresholdSeverity,
  thresholdSeverities,
} from '@mnemoscope/kpi'
import type { PlaceHistory } from './history.js'
import { replay, type Span } from './replay.js'

/** Where and at which level alerts fired. */
export interface Alerted {
  readonly kpi: string
  readonly severity: ThresholdSeverity
  readonly service: string
  readonly model: string
  readonly contextSize: string
  readonly operation: string
  readonly spans: readonly Span[]
}

/** The alerts of every level that a place's own settings would have raised. */
export function alertsOf({ kpi, timeline, levels, ...place }: PlaceHistory): Alerted[] {
  return thresholdSeverities.flatMap((severity): Alerted[] => {
    const threshold = kpi.thresholds[severity]
    if (threshold === undefined) return []
    const { service, model, contextSize, operation } = place
    const shares = levels?.[severity]
    // A quantile is beyond its threshold where more operations than it allows are.
    const spans =
      shares === undefined
        ? replay(timeline, settingsOf(kpi, threshold))
        : replay(shares, { ...settingsOf(kpi, allowedOf(kpi)), direction: 'lower_is_better' })
    return [{ kpi: kpi.id, severity, service, model, contextSize, operation, spans }]
  })
}

function allowedOf({ statistic, direction }: Kpi): number {
  return shareSettings({ direction, quantile: Number(statistic.slice(1)) / 100 }).allowed
}

/** A KPI's settings at a threshold, durations in seconds. */
export function settingsOf(kpi: Kpi, threshold: number) {
  const { direction, noData } = kpi
  return {
    ...{ direction, noData, threshold },
    for: durationSeconds(kpi.for),
    keepFiringFor: durationSeconds(kpi.keepFiringFor),
    expectedFor: durationSeconds(kpi.expectedFor),
  }
}
