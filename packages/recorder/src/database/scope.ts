/** Which snapshots and alerts a question is about. */
export interface Scope {
  readonly from: Date
  readonly to: Date
  readonly service?: string | undefined
  readonly model?: string | undefined
  /** The label's text: `131072`, `+Inf`. */
  readonly contextSize?: string | undefined
}

/** Parameters of the statements that ask about a scope: `$1` to `$5`. */
export function scopeParameters({ from, to, service, model, contextSize }: Scope): unknown[] {
  return [from, to, service ?? null, model ?? null, contextSize ?? null]
}

/** The condition on a table that has service, model and context_size, for `scopeParameters`. */
export const inScope = `($3::text IS NULL OR service = $3) AND ($4::text IS NULL OR model = $4)
  AND ($5::text IS NULL OR context_size = $5)`
