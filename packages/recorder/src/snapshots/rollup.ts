import type pg from 'pg'
import { lock, lockShared } from '../database/locks.js'
import { createPartitions, dayOf, type PartitionedTable } from '../database/partitions.js'
import { inTransaction } from '../database/pool.js'

const hourMs = 3_600_000

/** Equal parts of time, aligned to UTC, that snapshots are added up in, and where the sums are. */
export interface RollUpLevel {
  readonly ms: number
  /** Values and operations of each KPI of each series. */
  readonly snapshots: string
  /** How many snapshots each series has. */
  readonly series: string
  /** Parts whose sums agree with their snapshots. */
  readonly done: string
  /** Column of all three: start of a part. */
  readonly start: string
  /** Which of the tables have a partition for each day. */
  readonly partitioned: readonly PartitionedTable[]
  /** The smaller parts whose sums it adds up. Default: it adds up the snapshots. */
  readonly of?: RollUpLevel
}

export const hours: RollUpLevel = {
  ms: hourMs,
  snapshots: 'snapshots_hourly',
  series: 'series_hourly',
  done: 'rolled_up_hours',
  start: 'hour',
  partitioned: [],
}

/** For windows of a few hours, and for the ends of a window that are no full hour. */
export const fiveMinutes: RollUpLevel = {
  ms: 300_000,
  snapshots: 'snapshots_5min',
  series: 'series_5min',
  done: 'rolled_up_5min',
  start: 'start',
  partitioned: ['snapshots_5min', 'series_5min'],
}

/** For windows of weeks: a month of hours is too much to read at each look. */
export const sixHours: RollUpLevel = {
  ms: 6 * hourMs,
  snapshots: 'snapshots_6h',
  series: 'series_6h',
  done: 'rolled_up_6h',
  start: 'start',
  partitioned: [],
  of: hours,
}

/** What others are made of comes first. */
const levels = [hours, sixHours, fiveMinutes]

/** With fewer snapshots in it, a part holds hardly fewer sums than there are snapshots. */
const leastInPart = 3

/** The levels that pay where snapshots are so far apart. */
export function levelsFor(intervalMs: number): readonly RollUpLevel[] {
  return levels.filter(({ ms }) => ms >= hourMs || ms >= leastInPart * intervalMs)
}

/** Most parts of one run: a run after a long outage stays short. */
const mostParts = 48

/**
 * Adds up the snapshots of parts of time that are over and not rolled up yet, newest first: they are looked at most.
 * @returns how many it rolled up; as many as `mostParts` means that there may be more
 */
export async function rollUp(pool: pg.Pool, now: Date, level: RollUpLevel = hours): Promise<number> {
  const { rows } = await pool.query<{ start: Date }>(
    `SELECT start FROM (${startsOf(level)}) AS parts
     WHERE start < $1 AND NOT EXISTS (SELECT FROM ${level.done} AS done WHERE done.${level.start} = parts.start)
       AND ${isReady(level, 'parts.start')}
     ORDER BY start DESC LIMIT ${mostParts}`,
    [new Date(Math.floor(now.getTime() / level.ms) * level.ms)],
  )
  const starts = rows.map(({ start }) => start)
  const days = [...new Set(starts.map(dayOf))]
  for (const table of level.partitioned) await createPartitions(pool, table, days)
  let rolledUp = 0
  for (const start of starts) if (await rollUpPart(pool, start, level)) rolledUp++
  return rolledUp
}

/** SQL: the starts of the parts that have snapshots, or sums of smaller parts. */
function startsOf({ ms, of }: RollUpLevel): string {
  const part = (at: string) => `date_bin('${ms} ms', ${at}, 'epoch')`
  return of === undefined
    ? `SELECT DISTINCT ${part('at')} AS start FROM snapshot_instants WHERE rows > 0`
    : `SELECT DISTINCT ${part(of.start)} AS start FROM ${of.done}`
}

/** SQL: whether all smaller parts that have snapshots are rolled up. */
function isReady({ ms, of }: RollUpLevel, start: string): string {
  if (of === undefined) return 'true'
  return `NOT EXISTS (
    SELECT FROM snapshot_instants AS instant
    WHERE instant.at >= ${start} AND instant.at < ${start} + interval '${ms} ms' AND instant.rows > 0
      AND NOT EXISTS (SELECT FROM ${of.done} AS smaller WHERE smaller.${of.start} = date_bin('${of.ms} ms', instant.at, 'epoch'))
  )`
}

/**
 * Claims the hours of these instants for a transaction that adds snapshots to them: it waits for a roll-up within the
 * same hour that is under way, and the next one waits for it, so that no roll-up ever misses a snapshot.
 */
export async function holdHours(client: pg.ClientBase, instants: readonly Date[]): Promise<void> {
  await lockShared(client, 'hours', instants.map(hourOf))
}

/** Takes the parts that hold these instants off the lists of rolled-up ones, because they have got snapshots. */
export async function invalidateRollUps(client: pg.ClientBase, instants: readonly Date[]): Promise<void> {
  for (const { done, start, ms } of levels) {
    const starts = new Set(instants.map((at) => Math.floor(at.getTime() / ms) * ms))
    await client.query(`DELETE FROM ${done} WHERE ${start} = ANY($1::timestamptz[])`, [
      [...starts].map((at) => new Date(at)),
    ])
  }
}

/** Hours since the epoch. */
function hourOf(at: Date): number {
  return Math.floor(at.getTime() / hourMs)
}

/**
 * Snapshots are only ever added to a part, until the retention drops all of its day. One that comes late, to a part whose
 * others are dropped already, must not take the place of their sums, which are kept for longer.
 * @returns false where snapshots came meanwhile that smaller parts do not hold yet
 */
function rollUpPart(pool: pg.Pool, part: Date, level: RollUpLevel): Promise<boolean> {
  const { ms, snapshots, series, done, start, of } = level
  return inTransaction(pool, async (client) => {
    const end = new Date(part.getTime() + ms)
    for (let hour = hourOf(part); hour <= hourOf(new Date(end.getTime() - 1)); hour++)
      await lock(client, 'hours', hour)
    if (of !== undefined) {
      const { rows } = await client.query<{ is: boolean }>(
        `SELECT ${isReady(level, '$1::timestamptz')} AS is`,
        [part],
      )
      if (rows[0]?.is !== true) return false
    }
    await client.query(`INSERT INTO ${done} (${start}) VALUES ($1) ON CONFLICT DO NOTHING`, [part])
    const range = [part, end]
    await client.query(
      `INSERT INTO ${snapshots} (${start}, series_id, kpi, count, total, least, greatest, samples, samples_total, buckets)
       ${sumsOf(of)}
       ON CONFLICT (${start}, series_id, kpi) DO UPDATE SET count = excluded.count, total = excluded.total,
         least = excluded.least, greatest = excluded.greatest, samples = excluded.samples,
         samples_total = excluded.samples_total, buckets = excluded.buckets
       WHERE excluded.count >= ${snapshots}.count`,
      range,
    )
    const taken =
      of === undefined
        ? 'count(DISTINCT at) FROM snapshots WHERE at >= $1 AND at < $2'
        : `sum(snapshots) FROM ${of.series} WHERE ${of.start} >= $1 AND ${of.start} < $2`
    await client.query(
      `INSERT INTO ${series} (${start}, series_id, snapshots)
       SELECT $1, series_id, ${taken} GROUP BY series_id
       ON CONFLICT (${start}, series_id) DO UPDATE SET snapshots = excluded.snapshots
       WHERE excluded.snapshots >= ${series}.snapshots`,
      range,
    )
    return true
  })
}

/** SQL: the sums of a part from `$1` on, before `$2`, of snapshots or of smaller parts. */
function sumsOf(of: RollUpLevel | undefined): string {
  if (of === undefined)
    return `SELECT $1, series_id, kpi, count(value), sum(value), min(value), max(value),
         sum(samples) FILTER (WHERE mean IS NOT NULL), sum(mean * samples), sum(buckets)
       FROM snapshots WHERE at >= $1 AND at < $2 GROUP BY series_id, kpi
       HAVING count(value) > 0 OR count(mean * samples) > 0`
  return `SELECT $1, series_id, kpi, sum(count), sum(total), min(least), max(greatest), sum(samples), sum(samples_total),
         sum(buckets)
       FROM ${of.snapshots} WHERE ${of.start} >= $1 AND ${of.start} < $2 GROUP BY series_id, kpi`
}
