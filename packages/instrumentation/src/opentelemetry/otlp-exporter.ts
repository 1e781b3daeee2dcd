import type { AgentOptions } from 'node:https'
import { MnemoscopeError } from '@mnemoscope/kpi'
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics'
import { agentThrough } from '../proxy.js'
import type { OtlpSettings } from './otlp-push.js'

/** What a receiver refused of a push that it otherwise took. */
export interface PartialSuccess {
  readonly rejected: number
  readonly reason: string
}

/** The exporters of a push. */
export interface OtlpExporters {
  /** Where they send to. */
  readonly url: string
  /** Makes one. @param timeoutMillis until it gives up, retries included */
  open(timeoutMillis: number): PushMetricExporter
}

/**
 * OpenTelemetry's exporter over OTLP/HTTP, with two things that it lacks: it sends through the proxy of the environment, and
 * says what a receiver has refused of a push.
 * @param refused called for an answer that names refused data points, or a reason without any
 * @throws MnemoscopeError USAGE if the address is invalid
 */
export async function otlpExporters(
  { url, headers, temporality, retryMilliseconds }: OtlpSettings,
  refused: (partial: PartialSuccess) => void,
): Promise<OtlpExporters> {
  const [{ OTLPMetricExporterBase, AggregationTemporalityPreference }, base, transformer] = await Promise.all(
    [
      import('@opentelemetry/exporter-metrics-otlp-http'),
      import('@opentelemetry/otlp-exporter-base/node-http'),
      import('@opentelemetry/otlp-transformer'),
    ],
  )
  const given = {
    ...(url === undefined ? {} : { url }),
    ...(headers === undefined ? {} : { headers: { ...headers } }),
    timeoutMillis: retryMilliseconds,
  }
  const configuration = opened(
    () =>
      base.convertLegacyHttpOptions(given, 'METRICS', 'v1/metrics', { 'Content-Type': 'application/json' }),
    url,
  )
  const { agentFactory } = configuration
  const { JsonMetricsSerializer: json, MetricsExporterMetricsHelper } = transformer
  const serializer: typeof json = {
    serializeRequest: (metrics) => json.serializeRequest(metrics),
    deserializeResponse(data) {
      const answer = json.deserializeResponse(data)
      const partial = partialSuccessIn(answer)
      if (partial !== undefined) refused(partial)
      return answer
    },
  }
  return {
    url: configuration.url,
    open: (timeoutMillis) =>
      new OTLPMetricExporterBase(
        base.createOtlpHttpExportDelegate(
          {
            ...configuration,
            timeoutMillis,
            // What the standard variables say of certificates is in the agent that they make.
            async agentFactory(protocol) {
              const direct = await agentFactory(protocol)
              const { options } = direct as { readonly options?: AgentOptions }
              return (await agentThrough(configuration.url, process.env, options)) ?? direct
            },
          },
          serializer,
          'otlp_http_metric_exporter',
          MetricsExporterMetricsHelper,
          undefined,
        ),
        {
          temporalityPreference:
            temporality === 'delta'
              ? AggregationTemporalityPreference.DELTA
              : AggregationTemporalityPreference.CUMULATIVE,
        },
      ),
  }
}

/**
 * What an answer says of refused data points: https://opentelemetry.io/docs/specs/otlp/#partial-success-1
 * @returns undefined where all were taken without a word
 */
export function partialSuccessIn(answer: unknown): PartialSuccess | undefined {
  const { partialSuccess } = (answer ?? {}) as {
    partialSuccess?: { rejectedDataPoints?: unknown; errorMessage?: unknown } | null
  }
  // A 64-bit integer is text in the JSON encoding of protobuf; many receivers send a number.
  const rejected = Number(partialSuccess?.rejectedDataPoints ?? 0)
  const reason = typeof partialSuccess?.errorMessage === 'string' ? partialSuccess.errorMessage : ''
  const count = Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0
  return count === 0 && reason === '' ? undefined : { rejected: count, reason }
}

function opened<Configuration>(open: () => Configuration, url: string | undefined): Configuration {
  try {
    return open()
  } catch (error) {
    throw new MnemoscopeError('USAGE', 'the address for the OTLP push is invalid', {
      value: url,
      expected: 'an address such as http://127.0.0.1:4318/v1/metrics',
      next: 'Correct otlp.url, or OTEL_EXPORTER_OTLP_METRICS_ENDPOINT and OTEL_EXPORTER_OTLP_ENDPOINT.',
      cause: error,
    })
  }
}
