import type pg from 'pg'
import { createPartitions, daysBetween, dropPartitions, partitionedTables } from './partitions.js'

const dayMs = 86_400_000

/** Partitions are ready this long before their day, so that a recorder that is restarted rarely never runs out. */
const aheadMs = 7 * dayMs

/** Hourly values are small: a year and a month of them lets a month be compared with the same one a year before. */
const rollUpRetentionDays = 400

/** What one run of the retention did. */
export interface RetentionRun {
  readonly droppedPartitions: readonly string[]
  readonly deletedEpisodes: number
}

/**
 * Creates the partitions of the days ahead and removes what is older than `retentionDays`: snapshots by dropping
 * whole days, closed episodes (with their transitions) one by one. Open episodes stay, however old.
 */
export async function applyRetention(pool: pg.Pool, retentionDays: number, now: Date): Promise<RetentionRun> {
  const cutoff = new Date(now.getTime() - retentionDays * dayMs)
  const droppedPartitions: string[] = []
  for (const table of partitionedTables) {
    await createPartitions(pool, table, daysBetween(now, new Date(now.getTime() + aheadMs)))
    droppedPartitions.push(...(await dropPartitions(pool, table, cutoff)))
  }
  // A day is dropped as a whole, so what says that its instants were taken goes with the whole day.
  const startOfCutoffDay = new Date(Math.floor(cutoff.getTime() / dayMs) * dayMs)
  await pool.query('DELETE FROM snapshot_instants WHERE at < $1', [startOfCutoffDay])
  const rollUpCutoff = new Date(now.getTime() - rollUpRetentionDays * dayMs)
  for (const table of ['rolled_up_hours', 'snapshots_hourly', 'series_hourly']) {
    await pool.query(`DELETE FROM ${table} WHERE hour < $1`, [rollUpCutoff])
  }
  const { rowCount } = await pool.query('DELETE FROM alert_episodes WHERE ends_at < $1', [cutoff])
  return { droppedPartitions, deletedEpisodes: rowCount ?? 0 }
}
