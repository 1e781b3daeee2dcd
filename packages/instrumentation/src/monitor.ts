import type { Config, ThresholdSeverity } from '@mnemoscope/kpi'
import type { MetricProducer } from '@opentelemetry/sdk-metrics'
import type { RequestHandler } from './exposition/request-handler.js'
import type { DeclaredOf, Handle, HandleLabels } from './handle/handle-types.js'
import type { MeasuredOptions } from './handle/measured.js'
import type { Integrations } from './integrations/integrations.js'
import type { Probe, ProbeOptions } from './probe/probe-options.js'
import type { MetricProducerOptions } from './producer/metric-producer.js'
import type { BreachHandler } from './reactions/breaches.js'
import type { MeasurementHandler } from './reactions/measurements.js'

/** Ends what a call began; safe to call again. */
export type Unsubscribe = () => void

/** A service under observation. */
export interface Monitor<C extends Config = Config> {
  /** The configuration in force, defaults filled in. */
  readonly config: C
  /** Address of the metrics; undefined without an endpoint of its own. */
  readonly url: string | undefined
  /** The handle that records for these labels. Resolve it once and keep it. Never throws. */
  for(labels: HandleLabels): Handle<DeclaredOf<C>>
  /** The same function, its calls measured; nothing about its behaviour changes. */
  measured<Arguments extends unknown[], Result>(
    run: (...args: Arguments) => Result,
    options: MeasuredOptions<Arguments, Result, DeclaredOf<C>>,
  ): (...args: Arguments) => Result
  /** Takes the results of benchmarks, overflow handling and model adaptation as they are. */
  readonly integrations: Integrations
  /**
   * Calls a handler within milliseconds of a measurement that breaches a threshold of this level or a worse one, and
   * then not again for `instrumentation.breachCooldown` about the same KPI, model and size, unless it gets worse.
   */
  onBreach(level: ThresholdSeverity, handler: BreachHandler): Unsubscribe
  /** Hands every measurement to a handler, metadata and trace included. It costs every record a call. */
  onMeasurement(handler: MeasurementHandler): Unsubscribe
  /**
   * Runs a labelled set against the live system on a schedule: quality does not show by itself in production. After
   * `stop`, the probe is a stopped one, which asks nothing.
   * @throws MnemoscopeError USAGE where a question has no relevant answer, or `share` or `jitter` is out of its range
   */
  probe(options: ProbeOptions): Probe
  /** Answers scrapes in a server of the application's: node:http, Express or Fastify. */
  readonly requestHandler: RequestHandler
  /** Hands the metrics to a reader of the application's OpenTelemetry SDK: one producer for each reader. */
  metricProducer(options?: MetricProducerOptions): MetricProducer
  /** Flushes and closes everything. Safe to call again; measurements taken afterwards are lost. */
  stop(): Promise<void>
}
