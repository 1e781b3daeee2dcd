import { names } from '@mnemoscope/kpi'
import { HistogramAccumulator, histogramSlots, paddedBoundaries } from '../accumulator/histogram.js'
import { emptyRange, type MeasurementPlace, type Watcher } from '../handle/attention.js'
import { family } from '../metric/family.js'
import { labelSet } from '../metric/label-set.js'
import { type Metric, metric } from '../metric/metric.js'

/** How measurements are told in the words of OpenTelemetry's conventions for generative AI. */
export interface GenAiOptions {
  /** `gen_ai.provider.name` of a model: `openai`, `mistral_ai`. */
  readonly provider: string | ((model: string) => string)
  /**
   * `gen_ai.operation.name` of an operation.
   * @default `search` is `search_memory`, `store` is `create_memory`, `update` and `delete` alike; others stay as they are
   */
  readonly operation?: (operation: string) => string
}

/**
 * Names, units and boundaries of the conventions, in development.
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
 * Whether the conventions are asked for: by the application, or by OpenTelemetry's stability opt-in variable.
 * @param environment of the process
 */
export function genAiOptions(
  given: GenAiOptions | boolean | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): GenAiOptions | undefined {
  if (typeof given === 'object') return given
  const optIns = (environment.OTEL_SEMCONV_STABILITY_OPT_IN ?? '').split(',').map((each) => each.trim())
  const wanted = given ?? optIns.includes('gen_ai_latest_experimental')
  // The conventions' own word for a provider that is not known.
  return wanted ? { provider: '_OTHER' } : undefined
}

/** The two metrics, and the watcher that fills them from latency and token usage. */
export function genAi(
  options: GenAiOptions,
  maxSeries: number,
  now: () => number,
): { metrics: Metric[]; watcher: Watcher } {
  const durations = conventionMetric(duration, {}, options, maxSeries, now)
  const usages = conventionMetric(tokens, { 'gen_ai.token.type': 'input' }, options, maxSeries, now)
  const byKpi = new Map([
    ['latency', durations.add],
    ['token_usage', usages.add],
  ])
  return {
    metrics: [durations.metric, usages.metric],
    watcher: {
      quiet: (kpi) => (byKpi.has(kpi.id) ? emptyRange : undefined),
      heard: ({ kpi, value, place }) => byKpi.get(kpi.id)?.(place, value as number),
    },
  }
}

function conventionMetric(
  { name, unit, description, boundaries }: typeof duration,
  more: Readonly<Record<string, string>>,
  { provider, operation = (name) => memoryOperations[name] ?? name }: GenAiOptions,
  maxSeries: number,
  now: () => number,
) {
  const series = metric(family({ name, unit }, 'histogram', description, boundaries))
  const padded = paddedBoundaries(boundaries)
  const accumulators = new Map<string, HistogramAccumulator>()

  function create(key: string, model: string, operationName: string): HistogramAccumulator {
    const attributes = {
      'gen_ai.operation.name': operationName,
      'gen_ai.provider.name': typeof provider === 'string' ? provider : provider(model),
      'gen_ai.request.model': model,
      ...more,
    }
    const slab = new Float64Array(histogramSlots(boundaries.length))
    const about = { labels: labelSet(attributes), born: now(), unusual: () => {} }
    const accumulator = new HistogramAccumulator(about, slab, 0, padded, boundaries.length + 1, false)
    accumulators.set(key, accumulator)
    series.join(accumulator)
    return accumulator
  }

  return {
    metric: series,
    add({ model, operation: ours }: MeasurementPlace, value: number): void {
      const operationName = operation(ours)
      // Sizes share a series; models and operations are bounded as those of the KPIs are.
      const key = `${model}\u0000${operationName}`
      const known = accumulators.get(key)
      if (known !== undefined) known.add(value)
      else if (accumulators.size < maxSeries) create(key, model, operationName).add(value)
      else overflow(accumulators, create).add(value)
    },
  }
}

function overflow(
  accumulators: ReadonlyMap<string, HistogramAccumulator>,
  create: (key: string, model: string, operation: string) => HistogramAccumulator,
): HistogramAccumulator {
  const { overflow: name } = names.standIn
  return accumulators.get(name) ?? create(name, name, name)
}
