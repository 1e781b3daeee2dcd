import type { CollectionResult, MetricProducer } from '@opentelemetry/sdk-metrics'
import type { Collection, Metric } from '../accumulate/metric.js'
import type { DeltaReader } from './delta-reader.js'
import { metricData } from './metric-data.js'

/** Options of a metric producer. */
export interface MetricProducerOptions {
  /**
   * The temporality that the reader's exporter prefers, which a producer can't know. With `'delta'` each reader needs its
   * own producer.
   * @default 'cumulative'
   */
  readonly temporality?: Temporality
  /**
   * `'prometheus'` for a reader that writes Prometheus' format without units in names, such as
   * `@opentelemetry/exporter-prometheus`.
   * @default 'opentelemetry'
   */
  readonly names?: 'opentelemetry' | 'prometheus'
}

/** Name and version of the instrumentation scope of all metrics. */
export const scope = { name: '@mnemoscope/instrumentation', version: '0.1.0' } as const

/** A producer of these metrics for one reader. It never throws, because the reader would then export nothing. */
export function metricProducer(
  metrics: () => Iterable<Metric>,
  collect: () => Collection,
  reader: DeltaReader | undefined,
  names: 'opentelemetry' | 'prometheus',
): MetricProducer {
  return {
    async collect(): Promise<CollectionResult> {
      const errors: unknown[] = []
      const collected = []
      const now = collect()
      for (const metric of metrics()) {
        try {
          collected.push(...metricData(metric, now, { reader, names }))
        } catch (error) {
          errors.push(error)
        }
      }
      // Readers replace this resource. Its type requires more than readers use.
      const resource = { attributes: {} } as CollectionResult['resourceMetrics']['resource']
      return { resourceMetrics: { resource, scopeMetrics: [{ scope, metrics: collected }] }, errors }
    },
  }
}

/** Totals since the start of the series, or differences since the reader's last collection. */
export type Temporality = 'cumulative' | 'delta'
