import { randomUUID } from 'node:crypto'
import type { PushedMetrics } from '../core.js'
import { longestTimer } from '../guards/timers.js'
import type { Warn, Warning } from '../guards/warnings.js'
import type { Temporality } from './metric-producer.js'
import { otlpExporters, type PartialSuccess } from './otlp-exporter.js'

/** Options of the push. Defaults come from the standard `OTEL_*` variables, then from the OpenTelemetry specification. */
export interface OtlpOptions {
  /**
   * Address of an OTLP/HTTP receiver of metrics; without a path, `/v1/metrics` is added.
   * @default `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`, `OTEL_EXPORTER_OTLP_ENDPOINT` or `http://localhost:4318/v1/metrics`
   */
  readonly url?: string
  /**
   * More headers, for example of a tenant.
   * @default `OTEL_EXPORTER_OTLP_HEADERS`
   */
  readonly headers?: Readonly<Record<string, string>>
  /** @default `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE` or `'cumulative'` */
  readonly temporality?: Temporality
  /**
   * Milliseconds between two pushes.
   * @default `OTEL_METRIC_EXPORT_INTERVAL` or 60,000
   */
  readonly intervalMilliseconds?: number
  /**
   * Milliseconds until a push fails, retries included.
   * @default `OTEL_METRIC_EXPORT_TIMEOUT` or 30,000
   */
  readonly timeoutMilliseconds?: number
}

/** The settings of a push, with defaults. */
export interface OtlpSettings {
  readonly url: string | undefined
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly temporality: Temporality
  readonly intervalMilliseconds: number
  readonly timeoutMilliseconds: number
  /** Milliseconds until the exporter gives up, retries included: before the reader does, which would not hear of it. */
  readonly retryMilliseconds: number
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The settings of the push; undefined without a push. What the options leave out comes from the standard variables.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function otlpSettings(
  given: OtlpOptions | boolean | undefined,
  environment: Environment,
): OtlpSettings | undefined {
  if (given === undefined || given === false) return undefined
  const options = typeof given === 'object' ? given : {}
  const intervalMilliseconds = Math.min(
    options.intervalMilliseconds ?? positive(environment.OTEL_METRIC_EXPORT_INTERVAL) ?? 60_000,
    longestTimer,
  )
  const timeoutMilliseconds =
    options.timeoutMilliseconds ?? positive(environment.OTEL_METRIC_EXPORT_TIMEOUT) ?? 30_000
  // A push that takes longer than the interval would overlap the next one.
  const readerMilliseconds = Math.min(timeoutMilliseconds, intervalMilliseconds)
  const exporterMilliseconds =
    options.timeoutMilliseconds ??
    positive(environment.OTEL_EXPORTER_OTLP_METRICS_TIMEOUT) ??
    positive(environment.OTEL_EXPORTER_OTLP_TIMEOUT) ??
    10_000
  return {
    url: withPath(options.url ?? (environment.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT || undefined)),
    headers: options.headers,
    temporality: options.temporality ?? preferred(environment),
    intervalMilliseconds,
    timeoutMilliseconds: readerMilliseconds,
    retryMilliseconds: Math.min(exporterMilliseconds, Math.ceil(readerMilliseconds * 0.9)),
  }
}

/** The address with the standard path where it has none. What is no address is left to the exporter. */
function withPath(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return url
  const parsed = new URL(url)
  return parsed.pathname === '/' ? new URL('/v1/metrics', parsed).href : url
}

/**
 * The protocol in the environment, if it is not JSON over HTTP, the supported one; undefined without a protocol.
 */
export function otherProtocol(environment: Environment): string | undefined {
  const protocol = (
    environment.OTEL_EXPORTER_OTLP_METRICS_PROTOCOL || environment.OTEL_EXPORTER_OTLP_PROTOCOL
  )?.trim()
  return protocol === 'http/json' || protocol === '' ? undefined : protocol
}

/** `lowmemory` means delta for all instruments of this package. */
function preferred(environment: Environment): Temporality {
  const preference = environment.OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE?.toLowerCase()
  return preference === 'delta' || preference === 'lowmemory' ? 'delta' : 'cumulative'
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text)
  return text !== undefined && text.trim() !== '' && Number.isFinite(value) && value > 0 ? value : undefined
}

/** A running push. */
export interface OtlpPush {
  /** Pushes now. */
  flush(): Promise<void>
  /** Pushes a last time, with retries, and ends: after its time limit in any case. */
  stop(): Promise<void>
}

export interface OtlpPushOptions {
  readonly settings: OtlpSettings
  /** Of the settings' temporality. */
  readonly metrics: PushedMetrics
  readonly resource: Readonly<Record<string, string>>
  readonly warn: Warn
  /** Called for each push that failed. */
  readonly failed: () => void
  /** Time limit of `stop`. */
  readonly stopMilliseconds: number
}

/**
 * Pushes metrics over OTLP/HTTP with OpenTelemetry's reader and exporter, which retry temporary failures. They are loaded
 * here, because services without a push do not need them.
 * @throws MnemoscopeError USAGE if the address is invalid
 */
export async function startOtlpPush(options: OtlpPushOptions): Promise<OtlpPush> {
  const { settings, metrics, resource, warn, failed, stopMilliseconds } = options
  const { intervalMilliseconds, timeoutMilliseconds, retryMilliseconds } = settings
  const refused = (partial: PartialSuccess) => {
    if (partial.rejected > 0) failed()
    warn(partly(partial, exporters.url), 'partly')
  }
  const [sdk, exporters, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/sdk-metrics'),
    otlpExporters(settings, refused),
    import('@opentelemetry/resources'),
  ])
  const { url } = exporters
  const exporter = exporters.open(retryMilliseconds)
  // The last push gives up within the time of the stop: its retries would keep a process alive that has nothing else to do.
  const lastExporter = exporters.open(
    Math.max(1, Math.min(retryMilliseconds, Math.floor(stopMilliseconds * 0.9))),
  )
  // OpenTelemetry tells failures to its diagnostics alone, which are off by default.
  const usualExport = exporter.export.bind(exporter)
  let isEnding = false
  let isOver = false
  exporter.export = (resourceMetrics, done) => {
    const exportMetrics = isEnding ? lastExporter.export.bind(lastExporter) : usualExport
    exportMetrics(resourceMetrics, (result) => {
      if (result.error === undefined) {
        metrics.arrived()
      } else if (!isOver) {
        metrics.lost()
        failed()
        // The last one is a warning of its own: nothing comes after it.
        warn(failure(result.error, url, isEnding), isEnding ? 'last' : '')
      }
      done(result)
    })
  }
  const reader = new sdk.PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: intervalMilliseconds,
    exportTimeoutMillis: timeoutMilliseconds,
    metricProducers: [metrics.producer],
  })
  // Distinguishes the processes of one service, as the address of a scraped process does.
  const identified = { 'service.instance.id': randomUUID(), ...resource }
  const provider = new sdk.MeterProvider({
    resource: resourceFromAttributes(identified),
    readers: [reader],
  })
  return {
    flush: () => provider.forceFlush(),
    async stop() {
      isEnding = true
      const ended = provider.shutdown()
      let deadline: NodeJS.Timeout | undefined
      const late = new Promise<true>((resolve) => {
        deadline = setTimeout(() => resolve(true), stopMilliseconds)
      })
      const isLate = await Promise.race([ended.then(() => false), late]).finally(() => clearTimeout(deadline))
      if (!isLate) return
      isOver = true
      ended.catch(() => undefined)
      failed()
      warn(failure(new Error(`no answer within ${stopMilliseconds / 1_000} s`), url, true), 'last')
    },
  }
}

/** What a failed push says to the people who run the service. */
function failure(error: Error & { code?: unknown }, url: string, isLast: boolean): Warning {
  const code =
    error.code === undefined || error.message.includes(String(error.code)) ? '' : ` (${error.code})`
  const fate = isLast ? 'were lost, as the service ends' : 'go with the next push'
  return {
    code: 'OTLP_FAILED',
    message: `A push over OTLP to ${withoutSecrets(url)} failed: ${error.message}${code}. Its measurements ${fate}. ${nextStep(Number(error.code))}`,
  }
}

/** What a receiver says that takes a push, but not all of it. */
function partly({ rejected, reason }: PartialSuccess, url: string): Warning {
  const said = reason === '' ? 'It does not say why.' : `It says: ${reason.slice(0, 500)}`
  const fate =
    rejected === 0
      ? `has taken a push over OTLP with a warning. ${said}`
      : `has refused ${rejected} data points of a push over OTLP, which are lost. ${said}`
  return {
    code: 'OTLP_FAILED',
    message: `The receiver at ${withoutSecrets(url)} ${fate} Check its limits and its log; cumulative temporality sends totals again.`,
  }
}

function nextStep(status: number): string {
  if (status === 401 || status === 403)
    return 'Check the headers: otlp.headers, or OTEL_EXPORTER_OTLP_HEADERS.'
  if (status === 404 || status === 405)
    return 'Check the path: receivers of OTLP take metrics at /v1/metrics, Prometheus at /api/v1/otlp/v1/metrics.'
  return 'Check that the receiver runs, and that otlp.url or OTEL_EXPORTER_OTLP_ENDPOINT leads to it.'
}

function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}
