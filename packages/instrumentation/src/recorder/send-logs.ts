import { type CertifiedFetch, MnemoscopeError } from '@mnemoscope/kpi'
import { scope } from '../opentelemetry/metric-producer.js'

/** Time limit of one request, in milliseconds. */
const timeout = 10_000

interface LogsReceiver {
  /** Base address: `http://127.0.0.1:9470` */
  readonly recorder: string
  readonly headers: Headers
  readonly resource: Readonly<Record<string, string>>
  /** How requests are sent. */
  readonly fetch: CertifiedFetch
}

/**
 * Sends records to an OTLP/HTTP receiver of logs. Never rejects.
 * @param records each one as JSON
 */
export async function sendLogs(
  { recorder, headers, resource, fetch }: LogsReceiver,
  records: readonly string[],
  signal: AbortSignal,
): Promise<SendOutcome> {
  const attributes = Object.entries(resource).map(([key, value]) => ({ key, value: { stringValue: value } }))
  try {
    const response = await fetch(`${recorder.replace(/\/+$/, '')}/v1/logs`, {
      method: 'POST',
      headers,
      body:
        `{"resourceLogs":[{"resource":${JSON.stringify({ attributes })},` +
        `"scopeLogs":[{"scope":${JSON.stringify(scope)},"logRecords":[${records.join(',')}]}]}]}`,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
    })
    const body: unknown = response.ok ? await response.json().catch(() => undefined) : undefined
    if (!response.ok) await response.body?.cancel()
    return outcomeOf(response.status, body, response.headers.get('retry-after'))
  } catch {
    return { kind: 'unavailable' }
  }
}

/**
 * The headers of requests to the recorder: those of `OTEL_EXPORTER_OTLP_LOGS_HEADERS`, and the token as
 * `Authorization: Bearer`. Without a token and an `Authorization` in these headers, the token is `MNEMOSCOPE_TOKEN`,
 * which the recorder reads too. `OTEL_EXPORTER_OTLP_HEADERS` is not sent, because it can hold the key of another
 * receiver.
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables
 * @throws MnemoscopeError USAGE if the token can't be a header
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
    // The error does not hold the token, which is a secret.
    throw new MnemoscopeError('USAGE', 'the token for the recorder is not a valid header', {
      expected: 'visible ASCII characters',
      next: 'Give the token that the recorder was started with, without line breaks around it.',
    })
  }
  headers.set('content-type', 'application/json')
  return headers
}

/** `name=value` pairs, separated by commas, with percent-encoded values. Omits invalid pairs. */
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

/** The outcome of a request with a batch of records. */
export type SendOutcome =
  /** The receiver stored the records, except for a number of `rejected` ones. Do not send those again. */
  | { readonly kind: 'stored'; readonly rejected: number; readonly reason: string }
  /** The receiver refused all records. Do not send them again. */
  | { readonly kind: 'refused'; readonly status: number }
  /** The request is too large. Send fewer records. */
  | { readonly kind: 'too_large' }
  /** The receiver is away, too slow or overloaded. Send the records again, after `retryAfter` milliseconds if it is set. */
  | { readonly kind: 'unavailable'; readonly retryAfter?: number | undefined }

/**
 * Answers after which the same request can succeed later. Status 500 is not one of them: it means that this request can't
 * be handled, and sending it again would block all later ones.
 */
const retried: ReadonlySet<number> = new Set([408, 429, 502, 503, 504])

/**
 * The outcome for an answer's status, body and `Retry-After`:
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
 * @param now milliseconds since the epoch
 */
export function outcomeOf(
  status: number,
  body: unknown,
  retryAfter: string | null = null,
  now = Date.now(),
): SendOutcome {
  if (status >= 200 && status < 300) return stored(body)
  if (status === 413) return { kind: 'too_large' }
  if (retried.has(status)) return { kind: 'unavailable', retryAfter: retryAfterMilliseconds(retryAfter, now) }
  return { kind: 'refused', status }
}

/** Seconds or a date: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function retryAfterMilliseconds(text: string | null, now: number): number | undefined {
  if (text === null) return undefined
  const milliseconds = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now
  return milliseconds >= 0 ? milliseconds : undefined
}

function stored(body: unknown): SendOutcome {
  const { partialSuccess } = (body ?? {}) as {
    partialSuccess?: { rejectedLogRecords?: unknown; errorMessage?: unknown } | null
  }
  // A 64-bit integer is text in the JSON encoding of protobuf; many receivers send a number.
  const rejected = Number(partialSuccess?.rejectedLogRecords ?? 0)
  return {
    kind: 'stored',
    rejected: Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0,
    reason: typeof partialSuccess?.errorMessage === 'string' ? partialSuccess.errorMessage : '',
  }
}

/** Why records of a batch are lost, and the next step. */
export function refusedBecause(outcome: Exclude<SendOutcome, { kind: 'unavailable' }>): string {
  if (outcome.kind === 'stored') {
    return `The recorder refused them: ${outcome.reason || 'no reason given'}. Check that both sides have the same configuration.`
  }
  if (outcome.kind === 'too_large') {
    return 'A single measurement was too large (413). Record less metadata, or raise the request limit of the proxy.'
  }
  const { status } = outcome
  if (status === 401 || status === 403) {
    return `The recorder refused them (${status}). Give its token, or a key with the scope write:measurements, as measurements.token or in MNEMOSCOPE_TOKEN.`
  }
  if (status === 404 || status === 405) {
    return `The address has no receiver (${status}). Check that the option recorder is the base address of the recorder.`
  }
  return `The recorder refused them (${status}). Check that the address is a recorder of the same version.`
}
