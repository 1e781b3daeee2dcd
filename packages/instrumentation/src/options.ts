import type { Config } from '@mnemoscope/kpi'
import type { WarningHandler } from './guards/warn-once.js'

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
   * Monotonic time in milliseconds, for `time`.
   * @default performance.now
   */
  readonly clock?: () => number
  /**
   * Milliseconds since the epoch.
   * @default Date.now
   */
  readonly now?: () => number
}
