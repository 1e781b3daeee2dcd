import type pg from 'pg'
import type { Scope } from './scope.js'

const hourMs = 3_600_000

/** Where the snapshots of a time are read from: whole hours from their roll-ups, the rest row by row. */
export interface Sources {
  /** Starts of the hours that lie within the time and are rolled up. */
  readonly hours: readonly Date[]
  /** Everything else: from each `from` on, before each `to`. */
  readonly from: readonly Date[]
  readonly to: readonly Date[]
}

/** Splits a time so that every snapshot in it is read once. */
export async function sourcesOf(pool: pg.Pool, scope: Scope): Promise<Sources> {
  const { rows } = await pool.query<{ hour: Date }>(
    "SELECT hour FROM rolled_up_hours WHERE hour >= $1 AND hour <= $2::timestamptz - interval '1 hour' ORDER BY hour",
    [scope.from, scope.to],
  )
  const hours = rows.map(({ hour }) => hour)
  return { hours, ...restOf(scope, hours) }
}

/** What whole hours (ascending) leave of a time, its end included. */
export function restOf(
  { from, to }: Pick<Scope, 'from' | 'to'>,
  hours: readonly Date[],
): Pick<Sources, 'from' | 'to'> {
  const rest: { from: Date[]; to: Date[] } = { from: [], to: [] }
  let reached = from.getTime()
  const end = to.getTime() + 1
  for (const start of [...hours.map((hour) => hour.getTime()), end]) {
    if (start > reached) {
      rest.from.push(new Date(reached))
      rest.to.push(new Date(start))
    }
    reached = start + hourMs
  }
  return rest
}
