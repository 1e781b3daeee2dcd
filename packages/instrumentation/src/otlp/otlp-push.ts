import { randomUUID } from 'node:crypto'
import { MnemoscopeError } from '@mnemoscope/kpi'
import type { MetricProducer } from '@opentelemetry/sdk-metrics'
import type { OtlpSettings } from './otlp-options.js'

/** A push at work. */
export interface OtlpPush {
  /** Pushes a last time, retries included, and ends. */
  stop(): Promise<void>
}

/**
 * Pushes metrics over OTLP/HTTP through OpenTelemetry's own reader and exporter, which retry what can be retried. They
 * are loaded only here: services that are scraped need neither.
 * @param producer with the temporality of the settings
 * @throws MnemoscopeError USAGE where the address is none
 */
export async function startOtlpPush(
  { url, headers, temporality, intervalMilliseconds, timeoutMilliseconds, retryMilliseconds }: OtlpSettings,
  producer: MetricProducer,
  resource: Readonly<Record<string, string>>,
): Promise<OtlpPush> {
  const [sdk, { OTLPMetricExporter, AggregationTemporalityPreference }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/sdk-metrics'),
      import('@opentelemetry/exporter-metrics-otlp-http'),
      import('@opentelemetry/resources'),
    ])
  const exporterOptions = {
    ...(url === undefined ? {} : { url }),
    ...(headers === undefined ? {} : { headers: { ...headers } }),
    ...(retryMilliseconds === undefined ? {} : { timeoutMillis: retryMilliseconds }),
    temporalityPreference:
      temporality === 'delta'
        ? AggregationTemporalityPreference.DELTA
        : AggregationTemporalityPreference.CUMULATIVE,
  }
  const exporter = opened(() => new OTLPMetricExporter(exporterOptions), url)
  const reader = new sdk.PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: intervalMilliseconds,
    exportTimeoutMillis: timeoutMilliseconds,
    metricProducers: [producer],
  })
  // Tells the processes of one service apart where nobody else does, as a scraped one's address would.
  const identified = { 'service.instance.id': randomUUID(), ...resource }
  const provider = new sdk.MeterProvider({
    resource: resourceFromAttributes(identified),
    readers: [reader],
  })
  return { stop: () => provider.shutdown() }
}

function opened<Exporter>(open: () => Exporter, url: string | undefined): Exporter {
  try {
    return open()
  } catch (error) {
    throw new MnemoscopeError('USAGE', 'metrics can not be pushed over OTLP as told', {
      value: url,
      expected: 'an address such as http://127.0.0.1:4318/v1/metrics',
      next: 'Correct otlp.url, or OTEL_EXPORTER_OTLP_METRICS_ENDPOINT and OTEL_EXPORTER_OTLP_ENDPOINT.',
      cause: error,
    })
  }
}
