import type pg from 'pg'

/** Which snapshots and alerts a question is about. */
export interface Scope {
  readonly from: Date
  readonly to: Date
  readonly service?: string | undefined
  readonly model?: string | undefined
  readonly contextSize?: string | undefined
}

/**
 * The part of a scope from its first snapshot on, or from the first hour that is added up where hours are kept longer
 * than snapshots; the whole scope where it has neither. A history shorter than the window still has a shape when its
 * steps divide what there is.
 */
export async function livedScope(pool: pg.Pool, scope: Scope): Promise<Scope> {
  const { rows } = await pool.query<{ at: Date | null }>(
    `WITH single AS (SELECT min(at) AS at FROM snapshot_instants WHERE at >= $1 AND at <= $2 AND rows > 0)
     SELECT coalesce(
       (SELECT min(hour) FROM rolled_up_hours WHERE hour >= $1 AND hour <= coalesce(at, $2) - interval '1 hour'), at
     ) AS at FROM single`,
    [scope.from, scope.to],
  )
  return { ...scope, from: rows[0]?.at ?? scope.from }
}

/** Parameters of the statements that ask about a scope: `$1` to `$5`. */
export function scopeParameters({ from, to, service, model, contextSize }: Scope): unknown[] {
  return [from, to, service ?? null, model ?? null, contextSize ?? null]
}

/** The condition on a table that has service, model and context_size, for `scopeParameters`. */
export const inScope = `($3::text IS NULL OR service = $3) AND ($4::text IS NULL OR model = $4)
  AND ($5::text IS NULL OR context_size = $5)`
