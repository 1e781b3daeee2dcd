/** What became of a batch of records. */
export type SendOutcome =
  /** The receiver has it, apart from so many records that it refuses for good. */
  | { readonly kind: 'stored'; readonly rejected: number; readonly reason: string }
  /** Refused as a whole, for good. */
  | { readonly kind: 'refused'; readonly status: number }
  /** Refused as too large: less at once may be taken. */
  | { readonly kind: 'too_large' }
  /** Away, too slow, or not able at present: worth another try. */
  | { readonly kind: 'unavailable' }

/** What an answer's status and body mean for what was sent: https://opentelemetry.io/docs/specs/otlp/#otlphttp-response */
export function outcomeOf(status: number, body: unknown): SendOutcome {
  if (status >= 200 && status < 300) return stored(body)
  if (status === 413) return { kind: 'too_large' }
  if (status >= 500 || status === 429 || status === 408) return { kind: 'unavailable' }
  return { kind: 'refused', status }
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
