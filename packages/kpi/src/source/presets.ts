import type { SourceLabels, SourceSelection } from './source.js'

/** A published metric: what a source needs to know of it. */
interface PublishedMetric extends SourceSelection {
  readonly unit: string
  readonly boundaries: readonly number[]
  readonly labels: SourceLabels
}

/** Boundaries that an OpenTelemetry SDK takes where a program gives none. */
const sdkBoundaries = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000]

/** Those of durations in the GenAI conventions, in seconds. */
const durationBoundaries = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
]

const tokenBoundaries = Array.from({ length: 14 }, (_, i) => 4 ** i)

const genAiLabels = { model: 'gen_ai_request_model', operation: 'gen_ai_operation_name' }

/**
 * Metrics that conventions and memory systems publish, by the name that they have there.
 * `gen_ai.*`: OpenTelemetry's GenAI conventions, https://github.com/open-telemetry/semantic-conventions-genai (v0.1.0).
 * `memory_*`: "memory-semconv" v0.1.0, which mem0, MemPalace and others share; it gives no boundaries.
 */
export const publishedMetrics = {
  'gen_ai.client.operation.duration': genAiDuration('gen_ai_client_operation_duration_seconds'),
  'gen_ai.client.inference.duration': genAiDuration('gen_ai_client_inference_duration_seconds'),
  'gen_ai.client.inference.time_to_first_chunk': genAiDuration(
    'gen_ai_client_inference_time_to_first_chunk_seconds',
  ),
  'gen_ai.client.token.usage': {
    metric: 'gen_ai_client_token_usage',
    where: {},
    unit: '{token}',
    boundaries: tokenBoundaries,
    labels: genAiLabels,
  },
  memory_operation_duration_seconds: memoryMetric('memory_operation_duration_seconds', 's'),
  memory_recall_results_count: memoryMetric('memory_recall_results_count', '{result}'),
  memory_recall_top_similarity: memoryMetric('memory_recall_top_similarity', '1'),
} as const satisfies Readonly<Record<string, PublishedMetric>>

/** Names of published metrics that `source` knows. */
export type PublishedMetricName = keyof typeof publishedMetrics
export const publishedMetricNames = Object.keys(publishedMetrics) as PublishedMetricName[]

function genAiDuration(metric: string): PublishedMetric {
  return { metric, where: {}, unit: 's', boundaries: durationBoundaries, labels: genAiLabels }
}

function memoryMetric(metric: string, unit: string): PublishedMetric {
  // It names no model: what stores the memories takes its place.
  return { metric, where: {}, unit, boundaries: sdkBoundaries, labels: { model: 'store_kind' } }
}
