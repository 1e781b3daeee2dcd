import type pg from 'pg'
import { type Loop, startLoop } from '../loop.js'
import type { Metrics } from '../metrics.js'
import type { Work } from '../work.js'

const everyMs = 15_000
/** An older change is not looked for before an alert either. */
const within = '6 hours'
/** One series for each service. No estate has more that change within six hours. */
const mostServices = 500
const longestText = 160

/** Shows in the metrics what people changed last, so that messages can say it, which Prometheus fills in. */
export function startNewestChanges({ pool, metrics, logger }: Work): Loop {
  return startLoop({
    next: (now) => now + everyMs,
    run: () => showNewestChanges(pool, metrics),
    onError: (err) => logger.error({ err }, 'newest changes not shown'),
  })
}

/**
 * The newest deployment of each service, and under no service the newest change of the configuration, which is of all.
 * A service that is seen for the first time is no deployment.
 */
export async function showNewestChanges(pool: pg.Pool, metrics: Metrics): Promise<void> {
  const { rows } = await pool.query<{ service: string; what: string; by: string; at: number }>(
    `SELECT service, left(what, ${longestText}) AS what, left(coalesce(by, ''), ${longestText}) AS by, extract(epoch FROM at)::float8 AS at
     FROM (
       SELECT DISTINCT ON (service) service, at, by, concat_ws(' ', 'deployment of', service, version) AS what FROM deployments
       WHERE at >= now() - interval '${within}' AND (previous_version IS NOT NULL OR source = 'api')
       ORDER BY service, at DESC, id DESC
     ) AS newest_deployments
     UNION ALL (
       SELECT '' AS service, left(array_to_string(summary, '; '), ${longestText}), left(coalesce(by, ''), ${longestText}), extract(epoch FROM at)::float8
       FROM config_changes
       WHERE at >= now() - interval '${within}' AND previous_sha256 IS NOT NULL AND summary <> '{}'
       ORDER BY config_changes.at DESC, id DESC LIMIT 1
     )
     ORDER BY at DESC LIMIT ${mostServices}`,
  )
  metrics.newestChange.reset()
  for (const { service, what, by, at } of rows) metrics.newestChange.set({ service, what, by }, at)
}
