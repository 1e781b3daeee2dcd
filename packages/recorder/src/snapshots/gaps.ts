import type pg from 'pg'
import { z } from 'zod'
import type { Scope } from '../database/scope.js'
import type { DataOf } from '../http/route.js'

/** Instants in a row of which nothing is known. */
export const gapAnswer = z.strictObject({
  from: z.number().describe('Unix seconds.'),
  to: z.number().describe('Unix seconds.'),
  instants: z.number().int(),
  reason: z.string(),
})
export type Gap = DataOf<typeof gapAnswer>

/** The gaps of a time, newest first; at most `most`. */
export async function gaps(
  pool: pg.Pool,
  { from, to }: Scope,
  intervalSeconds: number,
  most: number,
): Promise<Gap[]> {
  const { rows } = await pool.query<Gap>(
    `SELECT extract(epoch FROM min(at))::float8 AS from, extract(epoch FROM max(at))::float8 AS to,
       count(*)::int AS instants, gap AS reason
     FROM (
       SELECT at, gap, extract(epoch FROM at) / $3 - row_number() OVER (PARTITION BY gap ORDER BY at) AS island
       FROM snapshot_instants WHERE gap IS NOT NULL AND at >= $1 AND at <= $2
     ) AS islands
     GROUP BY gap, island ORDER BY min(at) DESC LIMIT $4`,
    [from, to, intervalSeconds, most],
  )
  return rows
}
