import { defineConfig, retentionOf } from '@mnemoscope/kpi'
import { applyRetention } from '../../packages/recorder/dist/database/retention.js'
import { figure, progress, timed } from './figures.mjs'

const dayMs = 86_400_000

/**
 * What it takes to drop the largest day of snapshots, and what is left of it.
 * @param {{ atMost?: number }} goal ms
 */
export async function measureRetention(pool, goal) {
  progress('dropping a day …')
  const { rows: days } = await pool.query(
    `SELECT oid::regclass::text AS name, pg_total_relation_size(oid)::float8 AS bytes, reltuples AS rows
     FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = 'snapshots'::regclass ORDER BY 2 DESC LIMIT 1`,
  )
  const [{ name, bytes, rows }] = days
  const day = Date.parse(name.replace(/.*_(....)(..)(..)$/, '$1-$2-$3'))
  const retention = retentionOf(defineConfig({ dataRetentionDays: 30 }))
  const end = day + (retention.snapshotsDays + 1) * dayMs
  // Days before it are dropped, and those ahead made, by runs before this one: there is one each hour.
  await applyRetention(pool, retention, new Date(end - 1))
  const used = await databaseSize(pool)
  let run
  const ms = await timed(async () => {
    run = await applyRetention(pool, retention, new Date(end))
  })
  if (!run.droppedPartitions.includes(name)) throw new Error(`${name} was not dropped`)
  const freed = used - (await databaseSize(pool))
  const { rows: left } = await pool.query(
    "SELECT coalesce(sum(n_dead_tup), 0)::int AS dead FROM pg_stat_user_tables WHERE relname ~ '^snapshots_'",
  )
  const count = rows.toLocaleString('en')
  figure(`retention of a day of ${count} rows`, ms, 'ms', goal)
  figure('space given back', freed / bytes, "of the day's", { atLeast: 0.95 })
  figure('dead rows left behind in snapshots', left[0].dead, 'rows', { atMost: 0 })
}

async function databaseSize(pool) {
  const { rows } = await pool.query('SELECT pg_database_size(current_database())::float8 AS bytes')
  return rows[0].bytes
}
