import type pg from 'pg'
import { inTransaction } from '../database/pool.js'

const hourMs = 3_600_000
const lockSpace = 572_704

/** Hours rolled up in one run at the most: a run after a long outage stays short. */
const mostHours = 48

/**
 * Adds up the snapshots of hours that are over and not rolled up yet, oldest first.
 * @returns how many it rolled up; as many as `mostHours` means that there may be more
 */
export async function rollUp(pool: pg.Pool, now: Date): Promise<number> {
  const thisHour = new Date(Math.floor(now.getTime() / hourMs) * hourMs)
  const { rows } = await pool.query<{ hour: Date }>(
    `SELECT DISTINCT date_bin('1 hour', at, 'epoch') AS hour FROM snapshot_instants
     WHERE at < $1 AND rows > 0
       AND NOT EXISTS (SELECT FROM rolled_up_hours WHERE hour = date_bin('1 hour', at, 'epoch'))
     ORDER BY hour LIMIT ${mostHours}`,
    [thisHour],
  )
  for (const { hour } of rows) await rollUpHour(pool, hour)
  return rows.length
}

/**
 * Claims the hours of these instants for a transaction that adds snapshots to them: it waits for a roll-up of the
 * same hour that is under way, and the next one waits for it, so that no roll-up ever misses a snapshot.
 */
export async function holdHours(client: pg.ClientBase, instants: readonly Date[]): Promise<void> {
  await client.query(
    'SELECT pg_advisory_xact_lock_shared($1, hour) FROM unnest($2::integer[]) AS hour ORDER BY hour',
    [lockSpace, hoursOf(instants)],
  )
}

/** Takes hours off the list of rolled-up ones, because they have got snapshots. */
export async function invalidateHours(client: pg.ClientBase, instants: readonly Date[]): Promise<void> {
  await client.query('DELETE FROM rolled_up_hours WHERE hour = ANY($1::timestamptz[])', [
    hoursOf(instants).map((hour) => new Date(hour * hourMs)),
  ])
}

/** Hours since the epoch, each once. */
function hoursOf(instants: readonly Date[]): number[] {
  return [...new Set(instants.map((at) => Math.floor(at.getTime() / hourMs)))]
}

function rollUpHour(pool: pg.Pool, hour: Date): Promise<void> {
  return inTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1, $2)', [lockSpace, hour.getTime() / hourMs])
    await client.query('INSERT INTO rolled_up_hours (hour) VALUES ($1) ON CONFLICT DO NOTHING', [hour])
    const range = [hour, new Date(hour.getTime() + hourMs)]
    await client.query(
      `INSERT INTO snapshots_hourly (hour, series_id, kpi, count, total, least, greatest)
       SELECT $1, series_id, kpi, count(value), sum(value), min(value), max(value)
       FROM snapshots WHERE at >= $1 AND at < $2 GROUP BY series_id, kpi HAVING count(value) > 0
       ON CONFLICT (hour, series_id, kpi) DO UPDATE SET count = excluded.count, total = excluded.total,
         least = excluded.least, greatest = excluded.greatest`,
      range,
    )
    await client.query(
      `INSERT INTO series_hourly (hour, series_id, snapshots)
       SELECT $1, series_id, count(DISTINCT at) FROM snapshots WHERE at >= $1 AND at < $2 GROUP BY series_id
       ON CONFLICT (hour, series_id) DO UPDATE SET snapshots = excluded.snapshots`,
      range,
    )
  })
}
