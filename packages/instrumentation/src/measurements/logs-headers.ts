import { MnemoscopeError } from '@mnemoscope/kpi'

/**
 * The headers of measurements on their way to the recorder: those of `OTEL_EXPORTER_OTLP_LOGS_HEADERS`, and the token
 * as `Authorization: Bearer`. Without a token and an `Authorization` of those, the token is that of `MNEMOSCOPE_TOKEN`,
 * which the recorder reads too. `OTEL_EXPORTER_OTLP_HEADERS` is left out: it holds the key of whoever gets the metrics.
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables
 * @throws MnemoscopeError USAGE where the token can't be sent
 */
export function logsHeaders(
  token: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Headers {
  const headers = new Headers()
  const given = headersIn(environment.OTEL_EXPORTER_OTLP_LOGS_HEADERS ?? '')
  for (const [name, value] of given) setUsable(headers, name, value)
  const own = token || (headers.has('authorization') ? undefined : environment.MNEMOSCOPE_TOKEN)
  if (own && !setUsable(headers, 'authorization', `Bearer ${own}`)) {
    // The token itself is nobody's to read.
    throw new MnemoscopeError('USAGE', 'the token for the recorder can not be a header', {
      expected: 'visible ASCII characters',
      next: 'Give the token that the recorder was started with, without line breaks around it.',
    })
  }
  headers.set('content-type', 'application/json')
  return headers
}

/** `name=value` pairs between commas, values percent-encoded; what is none is left out. */
function headersIn(text: string): [name: string, value: string][] {
  return text.split(',').flatMap((pair): [string, string][] => {
    const at = pair.indexOf('=')
    if (at < 1) return []
    try {
      return [[pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())]]
    } catch {
      return []
    }
  })
}

function setUsable(headers: Headers, name: string, value: string): boolean {
  try {
    headers.set(name, value)
    return true
  } catch {
    return false
  }
}
