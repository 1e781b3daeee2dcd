import type { Config } from '@mnemoscope/kpi'
import type { MeterProvider } from '@opentelemetry/api'
import type { MetricsSource } from './exposition/sources.js'
import type { GenAiOptions } from './genai/gen-ai.js'
import type { WarningHandler } from './guards/warn-once.js'
import type { OtlpOptions } from './otlp/otlp-options.js'

/** How single measurements are sent to the recorder. */
export interface MeasurementsOptions {
  /**
   * What a recorder that was started with `MNEMOSCOPE_TOKEN` asks for, sent as `Authorization: Bearer`. Headers of
   * `OTEL_EXPORTER_OTLP_LOGS_HEADERS` are sent too.
   * @default an `Authorization` of those, or else `MNEMOSCOPE_TOKEN`
   */
  readonly token?: string
}

/** How a service is monitored. */
export interface MonitoringOptions<C extends Config> {
  /** Name of the service: `service.name` for OpenTelemetry, and the scrape job's name in Prometheus. */
  readonly service: string
  /**
   * KPIs, context sizes and limits, from `defineConfig`.
   * @default defineConfig()
   */
  readonly config?: C
  /**
   * Address the endpoint listens on.
   * @default '127.0.0.1'
   */
  readonly host?: string
  /**
   * Port of the endpoint; 0 takes a free one.
   * @default 9464
   */
  readonly port?: number
  /**
   * Whether to serve `/metrics` on a port of its own; without, use `monitor.requestHandler` or a metric producer.
   * @default true
   */
  readonly endpoint?: boolean
  /**
   * Other metrics of the application, served beside the monitor's: `PrometheusExporter`s created with
   * `preventServerStart: true`, prom-client registries of either format. Each is written in the format that the scraper
   * asks for.
   */
  readonly sources?: readonly MetricsSource[]
  /**
   * Whether OpenMetrics scrapes carry the trace of the worst measurement of each histogram bucket. Every histogram
   * measurement then looks for an active span, about as costly as reading a clock.
   * @default false
   */
  readonly exemplars?: boolean
  /**
   * Pushes over OTLP/HTTP.
   * @default whether `OTEL_METRICS_EXPORTER` names `otlp`
   */
  readonly otlp?: boolean | OtlpOptions
  /**
   * Records through OpenTelemetry's API too, for applications that give access to nothing else. Slower: a histogram's
   * record costs what the provider's does.
   */
  readonly meterProvider?: MeterProvider
  /**
   * Address of the recorder, `http://127.0.0.1:9470`. Single measurements with their metadata go there, every breach
   * and a sample of the others (`instrumentation.measurementSampling`), so that an alert leads to the operations behind
   * it; and integrations switched there are switched here within seconds. Every record then costs a call.
   */
  readonly recorder?: string
  /** How single measurements are sent to the recorder. */
  readonly measurements?: MeasurementsOptions
  /**
   * Adds the metrics of OpenTelemetry's conventions for generative AI.
   * @default whether `OTEL_SEMCONV_STABILITY_OPT_IN` names `gen_ai_latest_experimental`
   */
  readonly genAi?: boolean | GenAiOptions
  /**
   * Further facts about the service, as OpenTelemetry resource attributes; those of `OTEL_RESOURCE_ATTRIBUTES` are
   * always among them.
   */
  readonly resource?: Readonly<Record<string, string>>
  /**
   * Hears each kind of warning once.
   * @default process.emitWarning
   */
  readonly onWarning?: WarningHandler
  /**
   * Monotonic time in milliseconds, for durations, cooldowns and the end of idle series.
   * @default performance.now
   */
  readonly clock?: () => number
  /**
   * Milliseconds since the epoch.
   * @default Date.now
   */
  readonly now?: () => number
}
