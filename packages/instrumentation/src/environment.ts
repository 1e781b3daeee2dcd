import type { WarningHandler } from './guards/warnings.js'

type Environment = Readonly<Record<string, string | undefined>>

/** The options that OpenTelemetry's standard variables can set. */
interface EnvironmentOptions {
  readonly host?: string
  readonly port?: number
  readonly endpoint?: boolean
  readonly otlp?: boolean | object
  readonly recorder?: string
}

/**
 * Options with what OpenTelemetry's standard variables say. `OTEL_SDK_DISABLED=true` ends every way out of the process; the
 * application's own options come before all other variables. `OTEL_METRICS_EXPORTER` turns the push on with `otlp`, and the
 * endpoint off with `none`; `OTEL_EXPORTER_PROMETHEUS_HOST` and `OTEL_EXPORTER_PROMETHEUS_PORT` are where it listens.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 * @param warn gets a port that is not a number from 0 to 65535; the default stands then
 */
export function withEnvironment<Options extends EnvironmentOptions>(
  options: Options,
  environment: Environment,
  warn: WarningHandler,
): Options {
  if (environment.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') {
    const { recorder: _, ...others } = options
    return { ...others, endpoint: false, otlp: false } as Options
  }
  const exporters = (environment.OTEL_METRICS_EXPORTER ?? '').split(',').map((name) => name.trim())
  const found = {
    host: environment.OTEL_EXPORTER_PROMETHEUS_HOST?.trim() || undefined,
    port: portOf(environment.OTEL_EXPORTER_PROMETHEUS_PORT?.trim(), warn),
    endpoint: exporters.includes('none') ? false : undefined,
    otlp: exporters.includes('otlp') ? true : undefined,
  }
  const known = Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  return { ...known, ...given } as Options
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
