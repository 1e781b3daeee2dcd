/**
 * Facts about the service: its name, those of the application, then those of `OTEL_RESOURCE_ATTRIBUTES`.
 * https://opentelemetry.io/docs/specs/otel/resource/sdk/#specifying-resource-information-via-an-environment-variable
 */
export async function resourceAttributes(
  service: string,
  given: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, string>>> {
  const fromEnvironment = process.env.OTEL_RESOURCE_ATTRIBUTES ? await detected() : {}
  return { ...fromEnvironment, ...given, 'service.name': service }
}

/** OpenTelemetry's reader of the variable is loaded where it is set: it takes longer than all else of a start. */
async function detected(): Promise<Readonly<Record<string, string>>> {
  const { envDetector } = await import('@opentelemetry/resources')
  const { attributes = {} } = envDetector.detect()
  return Object.fromEntries(
    Object.entries(attributes).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

/**
 * The service as Prometheus names it in the label `job`.
 * https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#resource-attributes-1
 */
export function jobOf(resource: Readonly<Record<string, string>>): string {
  const { 'service.name': name = '', 'service.namespace': namespace = '' } = resource
  return namespace === '' ? name : `${namespace}/${name}`
}
