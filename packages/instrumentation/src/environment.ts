import type { WarningHandler } from './guards/warnings.js'

type Environment = Readonly<Record<string, string | undefined>>

/** The options that OpenTelemetry's standard variables can set. */
interface EnvironmentOptions {
  readonly host?: string
  readonly port?: number
  readonly endpoint?: boolean
  readonly recorder?: string
}

/**
 * Options with what OpenTelemetry's standard variables say. `OTEL_SDK_DISABLED=true` ends every way out of the process; the
 * application's own options come before all other variables. `OTEL_METRICS_EXPORTER` without `prometheus` and with `none`
 * means no endpoint; `OTEL_EXPORTER_PROMETHEUS_HOST` and `OTEL_EXPORTER_PROMETHEUS_PORT` are where it listens.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 * @param warn gets a value that is none; the default stands then
 */
export function withEnvironment<Options extends EnvironmentOptions>(
  options: Options,
  environment: Environment,
  warn: WarningHandler,
): Options {
  if (environment.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') {
    const { recorder: _, ...others } = options
    return { ...others, endpoint: false } as Options
  }
  const exporters = (environment.OTEL_METRICS_EXPORTER ?? '').split(',').map((name) => name.trim())
  const isOff = exporters.includes('none') && !exporters.includes('prometheus')
  const host = environment.OTEL_EXPORTER_PROMETHEUS_HOST?.trim()
  const port = portOf(environment.OTEL_EXPORTER_PROMETHEUS_PORT?.trim(), warn)
  return {
    ...options,
    ...(options.host === undefined && host ? { host } : {}),
    ...(options.port === undefined && port !== undefined ? { port } : {}),
    ...(options.endpoint === undefined && isOff ? { endpoint: false } : {}),
  }
}

function portOf(text: string | undefined, warn: WarningHandler): number | undefined {
  if (!text) return undefined
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  warn({
    code: 'ENVIRONMENT_IGNORED',
    message:
      `OTEL_EXPORTER_PROMETHEUS_PORT is ${JSON.stringify(text.slice(0, 40))}, which is no port. ` +
      'Expected a number from 0 to 65535. The endpoint listens at its default port.',
  })
  return undefined
}
