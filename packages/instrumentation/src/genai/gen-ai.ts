import { emptyRange, type Watcher } from '../handle/attention.js'
import { type Family, family } from '../metric/family.js'
import { type Metric, metric } from '../metric/metric.js'
import { type ConventionContext, conventionSeries } from './convention-series.js'

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

interface GenAiContext extends Omit<ConventionContext, 'operation' | 'provider'> {
  /** Has a meter provider of the application take each value, too. */
  readonly passOn?: ((family: Family) => PassOn) | undefined
}

type PassOn = (value: number, attributes: Readonly<Record<string, string>>) => void

/** The conventions' metrics at work. */
export interface GenAi {
  readonly metrics: readonly Metric[]
  /** Fills them from latency and token usage. */
  readonly watcher: Watcher
  /** Ends series that are idle, at a monotonic time in milliseconds. */
  sweep(at: number): void
}

/**
 * The two metrics of the conventions. Input tokens are those of `token_usage`; output tokens the number `output_tokens`
 * in the metadata beside it, as the adapter of the AI SDK gives it.
 */
export function genAi(options: GenAiOptions, { passOn, ...limits }: GenAiContext): GenAi {
  const { provider, operation = (name) => memoryOperations[name] ?? name } = options
  const context: ConventionContext = {
    ...limits,
    operation,
    provider: typeof provider === 'string' ? () => provider : provider,
  }
  const durations = conventionMetric(duration)
  const usages = conventionMetric(tokens)
  const passOnTokens = passOn?.(usages.family)
  const seconds = conventionSeries(durations, {}, context, passOn?.(durations.family))
  const input = conventionSeries(usages, { 'gen_ai.token.type': 'input' }, context, passOnTokens)
  const output = conventionSeries(usages, { 'gen_ai.token.type': 'output' }, context, passOnTokens)
  return {
    metrics: [durations, usages],
    watcher: {
      quiet: ({ id }) => (id === 'latency' || id === 'token_usage' ? emptyRange : undefined),
      heard({ kpi, value, place, metadata }) {
        if (kpi.id === 'latency') seconds.add(place, value as number)
        if (kpi.id !== 'token_usage') return
        input.add(place, value as number)
        const written = metadata?.output_tokens
        if (typeof written === 'number' && written >= 0 && Number.isFinite(written))
          output.add(place, written)
      },
    },
    sweep(at) {
      for (const series of [seconds, input, output]) series.sweep(at)
    },
  }
}

function conventionMetric({ name, unit, description, boundaries }: typeof duration): Metric {
  return metric(family({ name, unit }, 'histogram', description, boundaries))
}
