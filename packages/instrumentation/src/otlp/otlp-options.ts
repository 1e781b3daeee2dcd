import { longestTimer } from '../guards/longest-timer.js'
import type { Temporality } from '../producer/temporality.js'

/** How metrics are pushed. What is left out comes from the standard `OTEL_*` variables, then from their defaults. */
export interface OtlpOptions {
  /** Address that takes OTLP/HTTP metrics; `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`, `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url?: string
  /** Further headers, for example of a tenant; `OTEL_EXPORTER_OTLP_HEADERS`. */
  readonly headers?: Readonly<Record<string, string>>
  /** `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`. */
  readonly temporality?: Temporality
  /** Milliseconds between two pushes; `OTEL_METRIC_EXPORT_INTERVAL`, 60,000. */
  readonly intervalMilliseconds?: number
  /** Milliseconds one push may take, retries included; `OTEL_METRIC_EXPORT_TIMEOUT`, 30,000. */
  readonly timeoutMilliseconds?: number
}

/** A push, every setting decided. */
export interface OtlpSettings {
  readonly url: string | undefined
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly temporality: Temporality
  readonly intervalMilliseconds: number
  readonly timeoutMilliseconds: number
  /** The application's own word on the timeout, which is the exporter's for its retries too. */
  readonly retryMilliseconds: number | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Whether and how to push. The application's word counts first; without one, `OTEL_METRICS_EXPORTER=otlp` asks for it.
 * `OTEL_SDK_DISABLED=true` forbids it in any case.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function otlpSettings(
  given: OtlpOptions | boolean | undefined,
  environment: Environment,
): OtlpSettings | undefined {
  if (environment.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return undefined
  const exporters = (environment.OTEL_METRICS_EXPORTER ?? '').split(',').map((name) => name.trim())
  if (given === false || (given === undefined && !exporters.includes('otlp'))) return undefined
  const options = typeof given === 'object' ? given : {}
  const intervalMilliseconds = Math.min(
    options.intervalMilliseconds ?? positive(environment.OTEL_METRIC_EXPORT_INTERVAL) ?? 60_000,
    longestTimer,
  )
  const timeoutMilliseconds =
    options.timeoutMilliseconds ?? positive(environment.OTEL_METRIC_EXPORT_TIMEOUT) ?? 30_000
  return {
    url: options.url,
    headers: options.headers,
    temporality: options.temporality ?? preferred(environment),
    intervalMilliseconds,
    retryMilliseconds: options.timeoutMilliseconds,
    // A push that outlasts the interval would meet the next one.
    timeoutMilliseconds: Math.min(timeoutMilliseconds, intervalMilliseconds),
  }
}

/**
 * The protocol that the environment asks for where it is another than the one that is spoken, JSON over HTTP; undefined
 * where it asks for none.
 */
export function otherProtocol(environment: Environment): string | undefined {
  const protocol = (
    environment.OTEL_EXPORTER_OTLP_METRICS_PROTOCOL || environment.OTEL_EXPORTER_OTLP_PROTOCOL
  )?.trim()
  return protocol === 'http/json' || protocol === '' ? undefined : protocol
}

/** `lowmemory` means delta for every instrument of ours. */
function preferred(environment: Environment): Temporality {
  const preference = environment.OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE?.toLowerCase()
  return preference === 'delta' || preference === 'lowmemory' ? 'delta' : 'cumulative'
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text)
  return text !== undefined && text.trim() !== '' && Number.isFinite(value) && value > 0 ? value : undefined
}
