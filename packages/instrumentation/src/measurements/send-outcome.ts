/** What became of a batch of records. */
export type SendOutcome =
  /** The receiver has it, apart from so many records that it refuses for good. */
  | { readonly kind: 'stored'; readonly rejected: number; readonly reason: string }
  /** Refused as a whole, for good. */
  | { readonly kind: 'refused'; readonly status: number }
  /** Refused as too large: less at once may be taken. */
  | { readonly kind: 'too_large' }
  /** Away, too slow, or not able at present: worth another try, in so many milliseconds where it says when. */
  | { readonly kind: 'unavailable'; readonly retryAfter?: number | undefined }

/**
 * Answers after which the same may be taken later. Not 500, which means that this very request can't be handled: sent
 * again and again, it would hold up all that comes after it.
 */
const retried: ReadonlySet<number> = new Set([408, 429, 502, 503, 504])

/**
 * What an answer's status, body and `Retry-After` mean for what was sent:
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

/** Seconds, or a date: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function retryAfterMilliseconds(text: string | null, now: number): number | undefined {
  if (text === null) return undefined
  const milliseconds = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now
  return milliseconds >= 0 ? milliseconds : undefined
}

function stored(body: unknown): SendOutcome {
  const { partialSuccess } = (body ?? {}) as {
    partialSuccess?: { rejectedLogRecords?: unknown; errorMessage?: unknown } | null
  }
  // A 64-bit integer is text in the JSON encoding of protobuf, and a number from many.
  const rejected = Number(partialSuccess?.rejectedLogRecords ?? 0)
  return {
    kind: 'stored',
    rejected: Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0,
    reason: typeof partialSuccess?.errorMessage === 'string' ? partialSuccess.errorMessage : '',
  }
}

/** Why records of a batch are lost, and what to do about it. */
export function refusedBecause(outcome: Exclude<SendOutcome, { kind: 'unavailable' }>): string {
  if (outcome.kind === 'stored') {
    return `It refused them: ${outcome.reason || 'it gave no reason'}. Check that both sides have the same configuration.`
  }
  if (outcome.kind === 'too_large') {
    return 'A single one was too large for it (413). Record less metadata, or let what stands between take larger requests.'
  }
  const { status } = outcome
  if (status === 401 || status === 403) {
    return `It refused them (${status}). Give its token as measurements.token, or in MNEMOSCOPE_TOKEN.`
  }
  if (status === 404 || status === 405) {
    return `Nothing takes them there (${status}). Check that the option recorder is the recorder's base address.`
  }
  return `It refused them (${status}). Check that it is a recorder, of a version that fits.`
}
