import type { Retention } from '@mnemoscope/kpi'
import type pg from 'pg'
import {
  createPartitions,
  daysBetween,
  dropPartitions,
  type PartitionedTable,
  partitionedTables,
} from './partitions.js'

const dayMs = 86_400_000

/** Partitions are ready this long before their day, so that a recorder that is restarted rarely never runs out. */
const aheadMs = 7 * dayMs

/** What one run of the retention did. */
export interface RetentionRun {
  readonly droppedPartitions: readonly string[]
  readonly deletedEpisodes: number
}

/**
 * Creates the partitions of the days ahead and removes what is older than each kind of data is kept: snapshots and
 * measurements by dropping whole days, closed episodes (with their transitions) one by one. Open episodes stay,
 * however old, and so does the newest deployment of each service.
 */
export async function applyRetention(pool: pg.Pool, retention: Retention, now: Date): Promise<RetentionRun> {
  const before = (days: number) => new Date(now.getTime() - days * dayMs)
  const daysOf: Record<PartitionedTable, number> = {
    snapshots: retention.snapshotsDays,
    measurements: retention.measurementsDays,
  }
  const droppedPartitions: string[] = []
  for (const table of partitionedTables) {
    await createPartitions(pool, table, daysBetween(now, new Date(now.getTime() + aheadMs)))
    droppedPartitions.push(...(await dropPartitions(pool, table, before(daysOf[table]))))
  }
  // A day is dropped as a whole, so what says that its instants were taken goes with the whole day.
  const startOfCutoffDay = new Date(Math.floor(before(retention.snapshotsDays).getTime() / dayMs) * dayMs)
  await pool.query('DELETE FROM snapshot_instants WHERE at < $1', [startOfCutoffDay])
  for (const table of ['rolled_up_hours', 'snapshots_hourly', 'series_hourly']) {
    await pool.query(`DELETE FROM ${table} WHERE hour < $1`, [before(retention.hourlyDays)])
  }
  const oldest = before(Math.max(retention.hourlyDays, retention.alertsDays))
  await pool.query('DELETE FROM service_versions WHERE last_seen_at < $1', [oldest])
  await pool.query(
    `DELETE FROM deployments AS old WHERE at < $1
       AND EXISTS (SELECT FROM deployments AS newer WHERE newer.service = old.service AND newer.at > old.at)`,
    [oldest],
  )
  const { rowCount } = await pool.query('DELETE FROM alert_episodes WHERE ends_at < $1', [
    before(retention.alertsDays),
  ])
  return { droppedPartitions, deletedEpisodes: rowCount ?? 0 }
}
