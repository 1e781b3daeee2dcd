import { type Retention, retentionOf } from '@mnemoscope/kpi'
import type pg from 'pg'
import { type Loop, startLoop } from '../loop.js'
import type { Work } from '../work.js'
import { dropPartitions } from './drop-partitions.js'
import { exclusively } from './locks.js'
import { createPartitions, daysBetween, type PartitionedTable, partitionedTables } from './partitions.js'

const everyMs = 3_600_000

/** Applies the retention at once and then every hour, again at once where one run did not get to the end. */
export function startRetention({ pool, config, logger }: Work): Loop {
  let hasMore = false
  return startLoop({
    next: (now) => (hasMore ? now : now + everyMs),
    run: async () => {
      // What failed is tried again after a pause, not at once.
      hasMore = false
      await exclusively(pool, 'retention', async () => {
        const { failures, ...run } = await applyRetention(pool, retentionOf(config), new Date())
        hasMore = run.hasMore
        if (run.droppedPartitions.length + run.deletedEpisodes > 0) logger.info(run, 'old data removed')
        if (failures.size > 0) {
          const names = [...failures.keys()].join(', ')
          // A cause of several failures is reported once.
          throw new AggregateError(new Set(failures.values()), `left for the next run: ${names}`)
        }
      })
    },
    onError: (err) => logger.error({ err }, 'retention failed'),
  })
}

const dayMs = 86_400_000

/** Partitions are ready this long before their day, so that a recorder that is restarted rarely never runs out. */
const aheadMs = 7 * dayMs

/** What one run of the retention did. */
export interface RetentionRun {
  readonly droppedPartitions: readonly string[]
  readonly deletedEpisodes: number
  /** Whether there was more to remove than one run does. */
  readonly hasMore: boolean
  /** What could not be done, by its name, and why: everything else was. The next run tries it again. */
  readonly failures: ReadonlyMap<string, unknown>
}

/**
 * Creates the partitions of the days ahead and removes what is older than each kind of data is kept: snapshots and
 * measurements by dropping days, everything else in steps of bounded size. Open episodes stay, however old, and
 * so do the newest deployment of each service and the configuration that applied when the time kept begins.
 * Acknowledgements and notifications go with their episode. `series` is never deleted; the comment of the table says why.
 */
export async function applyRetention(pool: pg.Pool, retention: Retention, now: Date): Promise<RetentionRun> {
  const before = (days: number) => new Date(now.getTime() - days * dayMs)
  const failures = new Map<string, unknown>()
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work()
    } catch (error) {
      failures.set(what, error)
      return undefined
    }
  }
  const partitionDays: Record<PartitionedTable, number> = {
    snapshots: retention.snapshotsDays,
    snapshots_5min: retention.snapshotsDays,
    series_5min: retention.snapshotsDays,
    measurements: retention.measurementsDays,
    snapshots_overall: retention.snapshotsDays,
  }
  const ahead = daysBetween(now, new Date(now.getTime() + aheadMs))
  // At once: nearly all of the time is the disk's, which gives back the space of a table.
  const keepDays = async (table: PartitionedTable) => {
    await attempt(`${table} of the days ahead`, () => createPartitions(pool, table, ahead))
    const dropped = await attempt(table, async () => {
      const days = await dropPartitions(pool, table, before(partitionDays[table]))
      for (const [name, error] of days.left) failures.set(name, error)
      return days.dropped
    })
    return dropped ?? []
  }
  const droppedPartitions = (await Promise.all(partitionedTables.map(keepDays))).flat()
  let deletedEpisodes = 0
  let hasMore = false
  for (const table of agedTables(retention, before)) {
    const deleted = await attempt(table.name, () => deleteOld(pool, table))
    hasMore ||= deleted?.hasMore ?? false
    if (table.name === 'alert_episodes') deletedEpisodes = deleted?.rows ?? 0
  }
  return { droppedPartitions, deletedEpisodes, hasMore, failures }
}

/** The table refuses to lose entries of 400 days; a day more, as its clock is another one. */
const auditDays = 401

function agedTables(retention: Retention, before: (days: number) => Date): AgedTable[] {
  // Snapshots go by the day, so the entries of their instants go by the day too.
  const startOfCutoffDay = new Date(Math.floor(before(retention.snapshotsDays).getTime() / dayMs) * dayMs)
  const hourly = before(retention.hourlyDays)
  // With the last of their hours: from the rest of them they would be made again.
  const sixHourly = new Date(hourly.getTime() - dayMs / 4)
  const longest = before(Math.max(retention.hourlyDays, retention.alertsDays))
  return [
    { name: 'snapshot_instants', age: 'at', cutoff: startOfCutoffDay },
    { name: 'rolled_up_5min', age: 'start', cutoff: startOfCutoffDay },
    { name: 'rolled_up_6h', age: 'start', cutoff: sixHourly },
    { name: 'snapshots_6h', age: 'start', cutoff: sixHourly },
    { name: 'series_6h', age: 'start', cutoff: sixHourly },
    { name: 'rolled_up_hours', age: 'hour', cutoff: hourly },
    { name: 'snapshots_hourly', age: 'hour', cutoff: hourly },
    { name: 'series_hourly', age: 'hour', cutoff: hourly },
    { name: 'service_versions', age: 'last_seen_at', cutoff: longest },
    {
      name: 'deployments',
      age: 'at',
      cutoff: longest,
      unless:
        'NOT EXISTS (SELECT FROM deployments AS newer WHERE newer.service = old.service AND newer.at > old.at)',
    },
    {
      name: 'config_changes',
      age: 'at',
      cutoff: longest,
      unless: 'NOT EXISTS (SELECT FROM config_changes AS newer WHERE newer.id > old.id AND newer.at < $1)',
    },
    { name: 'alert_episodes', age: 'ends_at', cutoff: before(retention.alertsDays) },
    {
      name: 'alert_incidents',
      age: 'opened_at',
      cutoff: before(retention.alertsDays),
      unless:
        'into_id IS NOT NULL OR EXISTS (SELECT FROM alert_incident_episodes WHERE incident_id = old.id)',
    },
    { name: 'audit_log', age: 'at', cutoff: before(auditDays) },
  ]
}

/** Most rows that one statement deletes: it ends far before the time limit of statements. */
export const rowsPerStep = 10_000
/** Most steps of one run, so that a recorder that stops does not wait for millions of rows. */
const stepsPerRun = 20

/** A table whose rows are deleted one by one when they are old. */
export interface AgedTable {
  readonly name: string
  /** Column that says how old a row is. */
  readonly age: string
  /** Rows from before this go. */
  readonly cutoff: Date
  /** SQL: which of them stay all the same; the row is `old`, the cutoff `$1`. Default none. */
  readonly unless?: string
}

/**
 * Deletes rows that are too old, oldest first, in steps that each commit by themselves: what is done stays done, and
 * no statement is ended for taking too long, however much there is.
 */
export async function deleteOld(
  pool: pg.Pool,
  { name, age, cutoff, unless = 'false' }: AgedTable,
): Promise<{ rows: number; hasMore: boolean }> {
  let rows = 0
  for (let step = 0; step < stepsPerRun; step++) {
    const { rowCount } = await pool.query(
      `DELETE FROM ${name} WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM ${name} AS old WHERE ${age} < $1 AND NOT (${unless}) ORDER BY ${age} LIMIT ${rowsPerStep}
       ))`,
      [cutoff],
    )
    rows += rowCount ?? 0
    if ((rowCount ?? 0) < rowsPerStep) return { rows, hasMore: false }
  }
  return { rows, hasMore: true }
}
