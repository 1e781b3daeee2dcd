import { durationSeconds, type Kpi, type ThresholdSeverity, thresholdSeverities } from '@mnemoscope/kpi'
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
export function alertsOf({ kpi, timeline, ...place }: PlaceHistory): Alerted[] {
  return thresholdSeverities.flatMap((severity): Alerted[] => {
    const threshold = kpi.thresholds[severity]
    if (threshold === undefined) return []
    const { service, model, contextSize, operation } = place
    const spans = replay(timeline, settingsOf(kpi, threshold))
    return [{ kpi: kpi.id, severity, service, model, contextSize, operation, spans }]
  })
}

/** A KPI's settings at a threshold, durations in seconds. */
export function settingsOf(kpi: Kpi, threshold: number) {
  const { direction, hysteresis, range, noData } = kpi
  return {
    ...{ direction, hysteresis, range, noData, threshold },
    for: durationSeconds(kpi.for),
    keepFiringFor: durationSeconds(kpi.keepFiringFor),
    expectedFor: durationSeconds(kpi.expectedFor),
  }
}
