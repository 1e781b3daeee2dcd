import { durationSeconds, type ThresholdSeverity, thresholdSeverities } from '@mnemoscope/kpi'
import type { PlaceHistory } from './history.js'
import { judged } from './judged.js'
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

/** What an alert is of: the same for the same alert of another configuration, or of Prometheus. */
export function placeKey({
  kpi,
  severity,
  service,
  model,
  contextSize,
  operation,
}: Omit<Alerted, 'spans'>): string {
  return JSON.stringify([kpi, severity, service, model, contextSize, operation])
}

/** The alerts of every level that a place's own settings would have raised. */
export function alertsOf(history: PlaceHistory): Alerted[] {
  const { kpi, service, model, contextSize, operation } = history
  return thresholdSeverities.flatMap((severity): Alerted[] => {
    const threshold = kpi.thresholds[severity]
    if (threshold === undefined) return []
    return [
      { kpi: kpi.id, severity, service, model, contextSize, operation, spans: spansAt(history, threshold) },
    ]
  })
}

/** The times in which an alert of a place would have fired at a threshold. */
export function spansAt(history: PlaceHistory, threshold: number): Span[] {
  const { kpi } = history
  const { timeline, ...compared } = judged(history, threshold)
  return replay(timeline, {
    ...compared,
    noData: kpi.noData,
    for: durationSeconds(kpi.for),
    keepFiringFor: durationSeconds(kpi.keepFiringFor),
    expectedFor: durationSeconds(kpi.expectedFor),
  })
}
