import type pg from 'pg'
import { z } from 'zod'
import type { Scope } from '../database/scope.js'
import type { DataOf } from '../http/route.js'

/** What people changed, as a chart marks it. */
export const chartChange = z.strictObject({
  kind: z.enum(['configuration', 'deployment']),
  at: z.number().describe('Unix seconds.'),
  by: z.string().nullable(),
  what: z.string().describe('What changed in the configuration, or the service and its version.'),
})
export type ChartChange = DataOf<typeof chartChange>

/** More letters than the alphabet has are hard to find. */
const mostChanges = 26

/**
 * Deployments of a scope's service and changes of the configuration in its time, ascending; the newest where there are
 * many. A service that is seen for the first time is no deployment, and the first configuration no change.
 */
export async function chartChanges(pool: pg.Pool, { from, to, service }: Scope): Promise<ChartChange[]> {
  const { rows } = await pool.query<ChartChange>(
    `SELECT * FROM (
       SELECT 'deployment' AS kind, extract(epoch FROM at)::float8 AS at, by, concat_ws(' ', service, version) AS what
       FROM deployments
       WHERE at >= $1 AND at <= $2 AND ($3::text IS NULL OR service = $3)
         AND (previous_version IS NOT NULL OR source = 'api')
       UNION ALL
       SELECT 'configuration', extract(epoch FROM at)::float8, by, array_to_string(summary, '; ')
       FROM config_changes
       WHERE at >= $1 AND at <= $2 AND previous_sha256 IS NOT NULL AND summary <> '{}'
     ) AS changes ORDER BY at DESC, what LIMIT ${mostChanges}`,
    [from, to, service ?? null],
  )
  return rows.reverse()
}
