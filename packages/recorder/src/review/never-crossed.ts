import {
  type Config,
  isBreach,
  type Place,
  type ThresholdSeverity,
  thresholdSeverities,
  thresholdsAt,
} from '@mnemoscope/kpi'
import { z } from 'zod'
import type { DataOf } from '../http/route.js'

/** A threshold that nothing has crossed, at all places where it applies. */
export const neverCrossedAnswer = z.strictObject({
  metric_type: z.string(),
  level: z.enum(thresholdSeverities),
  threshold: z.number(),
  places: z
    .number()
    .int()
    .describe('Services, models, context sizes and operations with values that it applies to.'),
  worst: z.number().describe('The worst value of a snapshot at these places: how near it came.'),
})
export type NeverCrossed = DataOf<typeof neverCrossedAnswer>

/** The least and the greatest snapshot of a KPI at a place. */
export interface Extremes extends Place {
  readonly service: string
  readonly kpi: string
  /** Null where it has no value. */
  readonly lowest: number | null
  readonly highest: number | null
}

/** A KPI's alert that fired. */
export interface Fired {
  readonly kpi: string | null
  readonly level: string | null
  readonly service: string | null
  readonly model: string | null
  readonly context_size: string | null
  readonly operation: string | null
}

/**
 * The thresholds of a configuration that no alert and no snapshot has crossed at any of their places, by KPI and level.
 * A threshold without any value says nothing, and is left out.
 */
export function neverCrossed(
  kpis: Config['kpis'],
  extremes: readonly Extremes[],
  fired: readonly Fired[],
): NeverCrossed[] {
  const crossed = new Set(
    fired.map(({ kpi, level, service, model, context_size: contextSize, operation }) =>
      keyOf(kpi, level, service, model, contextSize, operation),
    ),
  )
  return Object.values(kpis).flatMap((kpi) => {
    const places = extremes.flatMap((each) => {
      const worst = kpi.direction === 'higher_is_better' ? each.lowest : each.highest
      return each.kpi === kpi.id && worst !== null ? [{ ...each, worst }] : []
    })
    return thresholdSeverities.flatMap((level) => {
      const byThreshold = new Map<number, { places: number; worst: number; isCrossed: boolean }>()
      for (const place of places) {
        const threshold = thresholdsAt(kpi, place)[level]
        if (threshold === undefined) continue
        const { service, model, contextSize, operation, worst } = place
        const isCrossed =
          isBreach(kpi.direction, worst, threshold) ||
          crossed.has(keyOf(kpi.id, level, service, model, contextSize, operation))
        const known = byThreshold.get(threshold)
        byThreshold.set(threshold, {
          places: (known?.places ?? 0) + 1,
          worst: known === undefined || isWorse(kpi.direction, worst, known.worst) ? worst : known.worst,
          isCrossed: isCrossed || (known?.isCrossed ?? false),
        })
      }
      return [...byThreshold].flatMap(([threshold, { isCrossed, ...seen }]): NeverCrossed[] =>
        isCrossed ? [] : [{ metric_type: kpi.id, level, threshold, ...seen }],
      )
    })
  })
}

type Direction = Config['kpis'][string]['direction']

function isWorse(direction: Direction, value: number, other: number): boolean {
  return direction === 'higher_is_better' ? value < other : value > other
}

function keyOf(
  kpi: string | null,
  level: ThresholdSeverity | string | null,
  ...place: (string | null)[]
): string {
  return JSON.stringify([kpi, level, ...place])
}
