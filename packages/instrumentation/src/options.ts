import type { Config, TlsFiles } from '@mnemoscope/kpi'
import type { MeterProvider } from '@opentelemetry/api'
import type { MetricsSource } from './exposition/sources.js'
import type { WarningHandler } from './guards/warnings.js'
import type { GenAiOptions } from './opentelemetry/gen-ai.js'
import type { OtlpOptions } from './opentelemetry/otlp-push.js'

/** Options for sending single measurements to the recorder. */
export interface MeasurementsOptions {
  /**
   * The token of a recorder that was started with `MNEMOSCOPE_TOKEN`, sent as `Authorization: Bearer`. The headers of
   * `OTEL_EXPORTER_OTLP_LOGS_HEADERS` are sent too.
   * @default the `Authorization` of those headers, else `MNEMOSCOPE_TOKEN`
   */
  readonly token?: string
}

/** Options of a monitor. */
export interface MonitoringOptions<C extends Config> {
  /** Name of the service: `service.name` in OpenTelemetry, and the name of the scrape job in Prometheus. */
  readonly service: string
  /**
   * KPIs, context sizes and limits, made with `defineConfig`.
   * @default defineConfig()
   */
  readonly config?: C
  /**
   * Address that the endpoint listens on.
   * @default `OTEL_EXPORTER_PROMETHEUS_HOST`, else '127.0.0.1'
   */
  readonly host?: string
  /**
   * Port of the endpoint; 0 takes a free one. A second start of the same service on the same port, for example by a
   * bundler's copy of the module or a hot reload, gets the monitor that runs already. Other processes of the service share
   * the port.
   * @default `OTEL_EXPORTER_PROMETHEUS_PORT`, else 9464
   */
  readonly port?: number
  /**
   * Whether to serve `/metrics` on a separate port. Without it, use `monitor.requestHandler` or a metric producer.
   * @default true, but false where `OTEL_METRICS_EXPORTER` is `none`
   */
  readonly endpoint?: boolean
  /**
   * Serves the endpoint over HTTPS with this certificate, `{ certFile, keyFile }` in PEM. Renewed files are read again. Name
   * the service with `scheme: 'https'` in the configuration. With `clientCaFile`, only scrapers with a certificate of that
   * authority are answered; name theirs as `clientCertificate` of the service.
   * @default plain HTTP
   */
  readonly tls?: TlsFiles
  /**
   * Path of a file with a token that scrapers of the endpoint have to send, as `Authorization: Bearer`. Name the same one as
   * `tokenFile` of the service in the configuration.
   * @default none: everybody who reaches the port may scrape
   */
  readonly scrapeTokenFile?: string
  /**
   * Whether a port that can't be had fails the start. Else it is a warning, the port is tried again every 10 seconds, and
   * the service goes on.
   * @default false
   */
  readonly required?: boolean
  /**
   * Other metrics of the application to serve: `PrometheusExporter`s created with `preventServerStart: true`, and
   * prom-client registries of either format. They are written in the format that the scraper asks for.
   * @default none
   */
  readonly sources?: readonly MetricsSource[]
  /**
   * Whether OpenMetrics scrapes carry the trace of the worst measurement of each histogram bucket. Each record of a
   * histogram then looks for an active span, which costs about as much as reading a clock.
   * @default false
   */
  readonly exemplars?: boolean
  /**
   * Pushes over OTLP/HTTP.
   * @default whether `OTEL_METRICS_EXPORTER` names `otlp`
   */
  readonly otlp?: boolean | OtlpOptions
  /**
   * Also records through OpenTelemetry's API, for applications with access to nothing else. A record of a histogram
   * then costs as much as the provider's record.
   * @default none
   */
  readonly meterProvider?: MeterProvider
  /**
   * Address of the recorder, `http://127.0.0.1:9470`. It gets single measurements with their metadata: all breaches, and
   * a sample of the others (`instrumentation.measurementSampling`). So an alert links to its operations. Integrations
   * that are switched in the recorder are switched here within ten seconds, and thresholds that are changed there count here. Each record then costs a function call. For a
   * recorder that asks for a client certificate, `MNEMOSCOPE_CLIENT_CERT_FILE` and `MNEMOSCOPE_CLIENT_KEY_FILE` name it.
   * @default none
   */
  readonly recorder?: string
  /** Options for sending single measurements to the recorder. */
  readonly measurements?: MeasurementsOptions
  /**
   * Adds the metrics of OpenTelemetry's semantic conventions for generative AI.
   * @default whether `OTEL_SEMCONV_STABILITY_OPT_IN` names `gen_ai_latest_experimental`
   */
  readonly genAi?: boolean | GenAiOptions
  /**
   * More facts about the service, as OpenTelemetry resource attributes. Those of `OTEL_RESOURCE_ATTRIBUTES` are always
   * added.
   * @default none
   */
  readonly resource?: Readonly<Record<string, string>>
  /**
   * How long `stop()` takes at most, while what waits is sent and a running scrape ends. What does not arrive in this time is
   * lost, with a warning.
   * @default 2_000
   */
  readonly stopMilliseconds?: number
  /**
   * Called once for each kind of warning.
   * @default process.emitWarning
   */
  readonly onWarning?: WarningHandler
  /**
   * Monotonic milliseconds, for durations, cooldowns and the eviction of idle series.
   * @default performance.now
   */
  readonly clock?: () => number
  /**
   * Milliseconds since the epoch.
   * @default Date.now
   */
  readonly now?: () => number
}
