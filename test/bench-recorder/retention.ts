import { setTimeout as sleep } from 'node:timers/promises'
import { defineConfig, retentionOf } from '@mnemoscope/kpi'
import type { Pool } from 'pg'
import { createPartitions, dayOf } from '../../packages/recorder/dist/database/partitions.js'
import { applyRetention, type RetentionRun } from '../../packages/recorder/dist/database/retention.js'
import { figure, type Goal, progress, timed } from './figures.js'

const dayMs = 86_400_000
/** How long somebody looks at the snapshots while the next day is dropped. */
const longReadMs = 1_000

/** What it takes to drop the largest day of snapshots, in ms, and what is left of it. */
export async function measureRetention(pool: Pool, goal: Goal): Promise<void> {
  progress('dropping a day …')
  const { rows: days } = await pool.query<{ name: string; bytes: number; rows: number }>(
    `SELECT oid::regclass::text AS name, pg_total_relation_size(oid)::float8 AS bytes, reltuples AS rows
     FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = 'snapshots'::regclass ORDER BY 2 DESC LIMIT 1`,
  )
  const [largest] = days
  if (largest === undefined) throw new Error('there is no partition of snapshots')
  const { name, bytes, rows } = largest
  const day = Date.parse(name.replace(/.*_(....)(..)(..)$/, '$1-$2-$3'))
  const retention = retentionOf(defineConfig({ dataRetentionDays: 30 }))
  const end = day + (retention.snapshotsDays + 1) * dayMs
  // Days before it are dropped, and those ahead made, by runs before this one: there is one each hour.
  await applyRetention(pool, retention, new Date(end - 1))
  const used = await databaseSize(pool)
  let run: RetentionRun | undefined
  const ms = await timed(async () => {
    run = await applyRetention(pool, retention, new Date(end))
  })
  if (!run?.droppedPartitions.includes(name)) throw new Error(`${name} was not dropped`)
  const freed = used - (await databaseSize(pool))
  const { rows: left } = await pool.query<{ dead: number }>(
    "SELECT coalesce(sum(n_dead_tup), 0)::int AS dead FROM pg_stat_user_tables WHERE relname ~ '^snapshots_'",
  )
  const count = rows.toLocaleString('en')
  figure(`retention of a day of ${count} rows`, ms, 'ms', goal)
  figure('space given back', freed / bytes, "of the day's", { atLeast: 0.95 })
  figure('dead rows left behind in snapshots', left[0]?.dead ?? Number.NaN, 'rows', { atMost: 0 })
  await createPartitions(pool, 'snapshots', [dayOf(new Date(day + dayMs))])
  const next = new Date(end + dayMs)
  const longest = await longestBeside(pool, next, () => applyRetention(pool, retention, next))
  figure('readers and writers kept waiting by it, at the longest', longest, 'ms', { atMost: 100 })
}

/** The longest that another connection's statement takes while the retention has to wait for a long reader, in ms. */
async function longestBeside(pool: Pool, at: Date, retain: () => Promise<RetentionRun>): Promise<number> {
  const longReader = await pool.connect()
  await longReader.query('BEGIN; SELECT FROM snapshots LIMIT 1')
  let isOver = false
  const run = retain().finally(() => {
    isOver = true
  })
  const repeated = async (ask: (i: number) => Promise<unknown>) => {
    let longest = 0
    for (let i = 0; !isOver; i++) longest = Math.max(longest, await timed(() => ask(i)))
    return longest
  }
  const others = [
    repeated(() => pool.query('SELECT FROM snapshots ORDER BY at DESC LIMIT 1')),
    repeated((i) =>
      pool.query("INSERT INTO snapshots (at, series_id, kpi) VALUES ($1, 0, 'latency')", [
        new Date(at.getTime() + i),
      ]),
    ),
  ]
  await sleep(longReadMs)
  longReader.release(true)
  const { failures } = await run
  if (failures.size > 0) throw new AggregateError(failures.values(), 'a day was not dropped')
  return Math.max(...(await Promise.all(others)))
}

async function databaseSize(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ bytes: number }>(
    'SELECT pg_database_size(current_database())::float8 AS bytes',
  )
  return rows[0]?.bytes ?? Number.NaN
}
