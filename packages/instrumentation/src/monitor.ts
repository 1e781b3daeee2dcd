import type { Config } from '@mnemoscope/kpi'
import type { MetricProducer } from '@opentelemetry/sdk-metrics'
import type { RequestHandler } from './exposition/request-handler.js'
import type { DeclaredOf, Handle, HandleLabels } from './handle/handle-types.js'
import type { MetricProducerOptions } from './producer/metric-producer.js'

/** A service under observation. */
export interface Monitor<C extends Config = Config> {
  /** The configuration in force, defaults filled in. */
  readonly config: C
  /** Address of the metrics; undefined without an endpoint of its own. */
  readonly url: string | undefined
  /** The handle that records for these labels. Resolve it once and keep it. Never throws. */
  for(labels: HandleLabels): Handle<DeclaredOf<C>>
  /** Answers scrapes in a server of the application's: node:http, Express or Fastify. */
  readonly requestHandler: RequestHandler
  /** Hands the metrics to a reader of the application's OpenTelemetry SDK: one producer for each reader. */
  metricProducer(options?: MetricProducerOptions): MetricProducer
  /** Flushes and closes everything. Safe to call again; measurements taken afterwards are lost. */
  stop(): Promise<void>
}
