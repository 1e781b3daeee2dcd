/** Which snapshots and alerts a question is about. */
export interface Scope {
  readonly from: Date
  readonly to: Date
  readonly service?: string | undefined
  readonly model?: string | undefined
  /** The label's text: `131072`, `+Inf`. */
  readonly contextSize?: string | undefined
  readonly operation?: string | undefined
}

/** Parameters of the statements that ask about a scope: `$1` to `$6`. */
export function scopeParameters({ from, to, service, model, contextSize, operation }: Scope): unknown[] {
  return [from, to, service ?? null, model ?? null, contextSize ?? null, operation ?? null]
}

/** The condition on a table that has service, model, context_size and operation, for `scopeParameters`. */
export const inScope = `($3::text IS NULL OR service = $3) AND ($4::text IS NULL OR model = $4)
  AND ($5::text IS NULL OR context_size = $5) AND ($6::text IS NULL OR operation = $6)`
