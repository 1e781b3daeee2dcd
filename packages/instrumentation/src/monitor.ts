import type { Config, ThresholdSeverity } from '@mnemoscope/kpi'
import type { MetricProducer } from '@opentelemetry/sdk-metrics'
import type { Canaries, CanaryOptions } from './canaries/canary-options.js'
import type { RequestHandler } from './exposition/request-handler.js'
import type { MetricProducerOptions } from './opentelemetry/metric-producer.js'
import type { Probe, ProbeOptions } from './probe/probe-options.js'
import type { DeclaredOf, Handle, HandleLabels } from './record/handle-types.js'
import type { Integrations } from './record/integrations.js'
import type { BreachHandler, MeasurementHandler } from './record/listeners.js'
import type { MeasuredOptions } from './record/measured.js'
import type { StoreOptions, WatchedStore } from './store/store-options.js'

/** Removes a handler. It can be called again. */
export type Unsubscribe = () => void

/** A measured service. */
export interface Monitor<C extends Config = Config> {
  /** The configuration with all defaults. */
  readonly config: C
  /** Address of the metrics; undefined without an endpoint, and while its port can't be had. */
  readonly url: string | undefined
  /** The handle that records for these labels. Get it once and keep it. Never throws. */
  for(labels: HandleLabels): Handle<DeclaredOf<C>>
  /** The same function with measured calls. Its behaviour stays the same. */
  measured<Arguments extends unknown[], Result>(
    run: (...args: Arguments) => Result,
    options: MeasuredOptions<Arguments, Result, DeclaredOf<C>>,
  ): (...args: Arguments) => Result
  /** Records results of benchmarks, overflow handling and model adaptation. */
  readonly integrations: Integrations
  /**
   * Calls a handler within milliseconds of a measurement that reaches a threshold of this level or a worse one. Then
   * there is no call for the same KPI, model and size during `instrumentation.breachCooldown`, unless the level gets
   * worse.
   */
  onBreach(level: ThresholdSeverity, handler: BreachHandler): Unsubscribe
  /** Calls a handler with each measurement, its metadata and its trace. Each record then costs a function call. */
  onMeasurement(handler: MeasurementHandler): Unsubscribe
  /**
   * Asks the live system questions with known answers on a schedule, to measure its quality. A probe that starts after
   * `stop` asks nothing.
   * @throws MnemoscopeError USAGE if a question has no relevant answer, or `share` or `jitter` is out of range
   */
  probe(options: ProbeOptions): Probe
  /**
   * Writes small facts to the live memory on a schedule, asks for them and deletes them, to measure its abilities. The
   * configuration has to declare `canaryKpis`. `stop` deletes what is planted, and a start what a crash has left.
   * @throws MnemoscopeError USAGE if the KPIs are not declared, or an option is invalid
   */
  canaries(options: CanaryOptions): Canaries
  /**
   * Reads all entries of a store on a schedule, in slices within a share of the time, to measure what is wrong with them. The
   * configuration has to declare KPIs of `storeKpis`. A store that starts after `stop` is not read.
   * @throws MnemoscopeError USAGE if no such KPI is declared, `share` is out of range, or the entries can be read only once
   */
  store(options: StoreOptions): WatchedStore
  /** Answers scrapes in the application's server: node:http, node:http2, Express or Fastify. Never throws. */
  readonly requestHandler: RequestHandler
  /** Answers scrapes in servers that take the web's Request and give its Response, such as Hono. Never rejects. */
  metricsResponse(request: Request): Promise<Response>
  /** Gives the metrics to a reader of the application's OpenTelemetry SDK. Each reader needs its own producer. */
  metricProducer(options?: MetricProducerOptions): MetricProducer
  /**
   * Pushes the metrics and sends the measurements that wait, now: before a function of a serverless platform returns, or a
   * job ends. Ends within the limits of the push (`otlp.timeoutMilliseconds`), and of five seconds for measurements. What
   * could not be sent goes with the next push. Never rejects.
   */
  flush(): Promise<void>
  /**
   * Flushes and closes everything, within `stopMilliseconds` (2 s by default). It can be called again. Later measurements are
   * lost. It is called by itself when nothing is left to do in the process, but not by `process.exit()` and signals.
   */
  stop(): Promise<void>
}
