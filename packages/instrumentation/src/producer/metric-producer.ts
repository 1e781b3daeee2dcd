import type { CollectionResult, MetricProducer } from '@opentelemetry/sdk-metrics'
import type { Collection } from '../metric/collection.js'
import type { Metric } from '../metric/metric.js'
import type { DeltaReader } from './delta-reader.js'
import { metricData } from './metric-data.js'
import type { Temporality } from './temporality.js'

/** How a metric producer speaks to its reader. */
export interface MetricProducerOptions {
  /**
   * What the reader's exporter prefers; a producer is not told. With `'delta'` each reader needs a producer of its own.
   * @default 'cumulative'
   */
  readonly temporality?: Temporality
  /**
   * `'prometheus'` for a reader that writes Prometheus' format but leaves the unit out of names, as
   * `@opentelemetry/exporter-prometheus` does.
   * @default 'opentelemetry'
   */
  readonly names?: 'opentelemetry' | 'prometheus'
}

/** Name and version of the instrumentation scope of all metrics. */
export const scope = { name: '@mnemoscope/instrumentation', version: '0.1.0' } as const

/** A producer of these metrics for one reader. It never throws: one that does would empty the reader's whole export. */
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
      // Readers replace this resource with their own; its type asks for more than any of them reads.
      const resource = { attributes: {} } as CollectionResult['resourceMetrics']['resource']
      return { resourceMetrics: { resource, scopeMetrics: [{ scope, metrics: collected }] }, errors }
    },
  }
}
