import { names } from '@mnemoscope/kpi'
import { HistogramAccumulator, histogramSlots, paddedBoundaries } from '../accumulator/histogram.js'
import { cleanLabel } from '../guards/clean-label.js'
import { isIdle, sweeping, type Use } from '../guards/idle.js'
import type { MeasurementPlace } from '../handle/attention.js'
import { labelSet } from '../metric/label-set.js'
import type { Metric } from '../metric/metric.js'

/** What the series of the conventions are made by, and the limits they keep to as the KPIs do. */
export interface ConventionContext {
  /** `gen_ai.operation.name` of an operation, and `gen_ai.provider.name` of a model. */
  readonly operation: (operation: string) => string
  readonly provider: (model: string) => string
  readonly maxSeries: number
  /** Milliseconds without a measurement after which a series ends. */
  readonly evictAfter: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Monotonic time in milliseconds. */
  readonly elapsed: () => number
  /** Called for each measurement that shares the overflow series because there are too many. */
  readonly overflowed: () => void
}

/** Series of one metric by model and operation. */
export interface ConventionSeries {
  add(place: MeasurementPlace, value: number): void
  /** Ends the series that are idle. */
  sweep(at: number): void
}

interface Kept extends Use {
  readonly accumulator: HistogramAccumulator
}

/**
 * @param more attributes of all of them
 * @param passOn hears of each value
 */
export function conventionSeries(
  metric: Metric,
  more: Readonly<Record<string, string>>,
  context: ConventionContext,
  passOn?: (value: number, attributes: Readonly<Record<string, string>>) => void,
): ConventionSeries {
  const { maxSeries, evictAfter, now, elapsed } = context
  const { boundaries } = metric.family
  const padded = paddedBoundaries(boundaries)
  const kept = new Map<string, Kept>()
  const { overflow: overflowName } = names.standIn
  let overflow: HistogramAccumulator | undefined
  const sweep = sweeping(evictAfter, elapsed(), (at) => {
    for (const [key, series] of kept) {
      if (!isIdle(series, series.accumulator.count(), at, evictAfter)) continue
      kept.delete(key)
      metric.leave(series.accumulator)
    }
  })

  function create(model: string, operation: string): HistogramAccumulator {
    const attributes = {
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': cleanLabel(context.provider(model)),
      'gen_ai.request.model': model,
      ...more,
    }
    const slab = new Float64Array(histogramSlots(boundaries.length))
    const about = { labels: labelSet(attributes), born: now(), unusual: () => {} }
    const accumulator = new HistogramAccumulator(about, slab, 0, padded, boundaries.length + 1, false)
    metric.join(accumulator)
    return accumulator
  }

  function shared(): HistogramAccumulator {
    overflow ??= create(overflowName, overflowName)
    return overflow
  }

  function seriesOf({ model, operation: ours }: MeasurementPlace): HistogramAccumulator {
    // Counted already where the KPIs themselves have overflown.
    if (model === overflowName) return shared()
    const operation = cleanLabel(context.operation(ours))
    // Sizes share a series.
    const key = `${model}\u0000${operation}`
    const known = kept.get(key)
    if (known !== undefined) return known.accumulator
    if (kept.size >= maxSeries) sweep(elapsed())
    if (kept.size >= maxSeries) {
      context.overflowed()
      return shared()
    }
    const accumulator = create(model, operation)
    kept.set(key, { accumulator, counted: 0, activeAt: elapsed() })
    return accumulator
  }

  return {
    add(place, value) {
      const accumulator = seriesOf(place)
      accumulator.add(value)
      passOn?.(value, accumulator.series.labels.attributes)
    },
    sweep,
  }
}
