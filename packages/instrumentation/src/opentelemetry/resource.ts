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
