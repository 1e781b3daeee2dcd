import { names } from '@mnemoscope/kpi'
import { HistogramAccumulator, histogramSlots, paddedBoundaries } from '../accumulate/histogram.js'
import { isIdle, sweeping, type Use } from '../accumulate/idle.js'
import { type Family, family, type Metric, metric } from '../accumulate/metric.js'
import { cleanLabel, labelSet } from '../accumulate/series.js'
import { type MeasurementListener, type MeasurementPlace, noValues } from '../record/processor.js'

/** Options for the metrics of OpenTelemetry's semantic conventions for generative AI. */
export interface GenAiOptions {
  /** `gen_ai.provider.name` of a model: `openai`, `mistral_ai`. */
  readonly provider: string | ((model: string) => string)
  /**
   * `gen_ai.operation.name` of an operation.
   * @default `search` is `search_memory`, `store` is `create_memory`, `update` is `update_memory`, `delete` is
   *   `delete_memory`; others stay the same
   */
  readonly operation?: (operation: string) => string
}

/**
 * Names, units and boundaries of the conventions, whose status is "development".
 * https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/
 */
const duration = {
  name: 'gen_ai.client.operation.duration',
  unit: 's',
  description: 'GenAI operation duration.',
  boundaries: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
}
const tokens = {
  name: 'gen_ai.client.token.usage',
  unit: '{token}',
  description: 'Number of input and output tokens used.',
  boundaries: [
    1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
  ],
}

const memoryOperations: Readonly<Record<string, string>> = {
  search: 'search_memory',
  store: 'create_memory',
  update: 'update_memory',
  delete: 'delete_memory',
}

/**
 * The options, if the application or OpenTelemetry's stability opt-in variable asks for the conventions; else undefined.
 * @param environment variables of the process
 */
export function genAiOptions(
  given: GenAiOptions | boolean | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): GenAiOptions | undefined {
  if (typeof given === 'object') return given
  const optIns = (environment.OTEL_SEMCONV_STABILITY_OPT_IN ?? '').split(',').map((each) => each.trim())
  const wanted = given ?? optIns.includes('gen_ai_latest_experimental')
  // The value of the conventions for an unknown provider.
  return wanted ? { provider: '_OTHER' } : undefined
}

interface GenAiContext extends Omit<GenAiSeriesOptions, 'operation' | 'provider'> {
  /** Creates a histogram of the application's meter provider, which then gets each value too. */
  readonly forward?: ((family: Family) => Forward) | undefined
}

type Forward = (value: number, attributes: Readonly<Record<string, string>>) => void

/** The metrics of the conventions. */
export interface GenAi {
  readonly metrics: readonly Metric[]
  /** Fills the metrics from latency and token usage. */
  readonly listener: MeasurementListener
  /** Removes idle series. Takes monotonic milliseconds. */
  sweep(at: number): void
}

/**
 * The two metrics of the conventions. Input tokens are those of `token_usage`. Output tokens are the number
 * `output_tokens` in its metadata, as the adapter of the AI SDK sets it.
 */
export function genAi(options: GenAiOptions, { forward, ...limits }: GenAiContext): GenAi {
  const { provider, operation = (name) => memoryOperations[name] ?? name } = options
  const context: GenAiSeriesOptions = {
    ...limits,
    operation,
    provider: typeof provider === 'string' ? () => provider : provider,
  }
  const durations = genAiMetric(duration)
  const usages = genAiMetric(tokens)
  const forwardTokens = forward?.(usages.family)
  const seconds = genAiSeries(durations, {}, context, forward?.(durations.family))
  const input = genAiSeries(usages, { 'gen_ai.token.type': 'input' }, context, forwardTokens)
  const output = genAiSeries(usages, { 'gen_ai.token.type': 'output' }, context, forwardTokens)
  return {
    metrics: [durations, usages],
    listener: {
      ignored: ({ id }) => (id === 'latency' || id === 'token_usage' ? noValues : undefined),
      onMeasurement({ kpi, value, place, metadata }) {
        if (kpi.id === 'latency') seconds.add(place, value as number)
        if (kpi.id !== 'token_usage') return
        input.add(place, value as number)
        const outputTokens = metadata?.output_tokens
        if (typeof outputTokens === 'number' && outputTokens >= 0 && Number.isFinite(outputTokens))
          output.add(place, outputTokens)
      },
    },
    sweep(at) {
      for (const series of [seconds, input, output]) series.sweep(at)
    },
  }
}

function genAiMetric({ name, unit, description, boundaries }: typeof duration): Metric {
  return metric(family({ name, unit }, 'histogram', description, boundaries))
}

/** How the series of the conventions are made, and their limits, which are those of the KPIs. */
interface GenAiSeriesOptions {
  /** `gen_ai.operation.name` of an operation, and `gen_ai.provider.name` of a model. */
  readonly operation: (operation: string) => string
  readonly provider: (model: string) => string
  readonly maxSeries: number
  /** Milliseconds without a measurement after which a series is removed. */
  readonly evictAfter: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Monotonic milliseconds. */
  readonly elapsed: () => number
  /** Called for each measurement that goes into the overflow series. */
  readonly overflowed: () => void
}

/** Series of one metric by model and operation. */
interface GenAiSeries {
  add(place: MeasurementPlace, value: number): void
  /** Removes idle series. */
  sweep(at: number): void
}

interface Kept extends Use {
  readonly accumulator: HistogramAccumulator
}

/**
 * @param more attributes of all series
 * @param forward called with each value
 */
function genAiSeries(
  metric: Metric,
  more: Readonly<Record<string, string>>,
  context: GenAiSeriesOptions,
  forward?: (value: number, attributes: Readonly<Record<string, string>>) => void,
): GenAiSeries {
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
      metric.remove(series.accumulator)
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
    const about = { labels: labelSet(attributes), createdAt: now(), slowPath: () => {} }
    const accumulator = new HistogramAccumulator(about, slab, 0, padded, boundaries.length + 1, false)
    metric.add(accumulator)
    return accumulator
  }

  function shared(): HistogramAccumulator {
    overflow ??= create(overflowName, overflowName)
    return overflow
  }

  function seriesOf({ model, operation: kpiOperation }: MeasurementPlace): HistogramAccumulator {
    // This overflow is already counted for the KPI.
    if (model === overflowName) return shared()
    const operation = cleanLabel(context.operation(kpiOperation))
    // All context sizes share one series.
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
      forward?.(value, accumulator.series.labels.attributes)
    },
    sweep,
  }
}
