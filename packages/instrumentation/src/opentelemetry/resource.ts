import { envDetector } from '@opentelemetry/resources'

/**
 * Facts about the service: its name, those of the application, then those of `OTEL_RESOURCE_ATTRIBUTES`.
 * https://opentelemetry.io/docs/specs/otel/resource/sdk/#specifying-resource-information-via-an-environment-variable
 */
export function resourceAttributes(
  service: string,
  given: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const { attributes = {} } = envDetector.detect()
  const fromEnvironment = Object.entries(attributes).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return { ...Object.fromEntries(fromEnvironment), ...given, 'service.name': service }
}

/**
 * The service as Prometheus names it in the label `job`.
 * https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#resource-attributes-1
 */
export function jobOf(resource: Readonly<Record<string, string>>): string {
  const { 'service.name': name = '', 'service.namespace': namespace = '' } = resource
  return namespace === '' ? name : `${namespace}/${name}`
}
