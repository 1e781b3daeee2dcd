import type pg from 'pg'
import { type Loop, startLoop } from '../loop.js'
import type { Metrics } from '../metrics.js'
import type { Work } from '../work.js'

const everyMs = 15_000

/** Keeps the gauge of the delivery queue up to date. */
export function startQueueDepth({ pool, metrics, handlers, logger }: Work): Loop {
  return startLoop({
    next: (now) => now + everyMs,
    run: () => showQueueDepth(pool, metrics, handlers),
    onError: (err) => logger.error({ err }, 'queue of deliveries not counted'),
  })
}

/**
 * Counts what handlers are still to be told. A handler without anything is 0, not absent; one that the configuration
 * no longer names is there as long as something is left for it.
 */
export async function showQueueDepth(
  pool: pg.Pool,
  metrics: Metrics,
  handlers: readonly string[],
): Promise<void> {
  const { rows } = await pool.query<{ handler: string; waiting: number; given_up: number }>(
    `SELECT handler, count(*) FILTER (WHERE dead_at IS NULL)::float8 AS waiting, count(dead_at)::float8 AS given_up
     FROM deliveries GROUP BY handler`,
  )
  const idle = handlers.map((handler) => ({ handler, waiting: 0, given_up: 0 }))
  metrics.deliveries.reset()
  for (const { handler, waiting, given_up } of [...idle, ...rows]) {
    metrics.deliveries.set({ handler, state: 'waiting' }, waiting)
    metrics.deliveries.set({ handler, state: 'given_up' }, given_up)
  }
}
