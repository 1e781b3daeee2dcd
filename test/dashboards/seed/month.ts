import type pg from 'pg'
import {
  createPartitions,
  daysBetween,
  partitionedTables,
} from '../../../packages/recorder/src/database/partitions.js'
import { rollUp } from '../../../packages/recorder/src/snapshots/rollup.js'
import { config } from './story.js'

const days = 30
const minutes = days * 1_440
const kpis = Object.keys(config.kpis)

export const monthEnd = new Date(Math.floor(Date.now() / 60_000) * 60_000)
export const monthStart = new Date(monthEnd.getTime() - minutes * 60_000)

/** Rows of a month by table. */
export interface MonthSize {
  readonly snapshots: number
  readonly measurements: number
  readonly episodes: number
}

/** Fills a month with snapshots of every KPI each minute, measurements, and episodes of five minutes. */
export async function seedMonth(pool: pg.Pool, size: MonthSize): Promise<void> {
  for (const table of partitionedTables)
    await createPartitions(pool, table, daysBetween(monthStart, monthEnd))
  const series = Math.ceil(size.snapshots / minutes / kpis.length)
  await pool.query(
    `INSERT INTO series (service, model, context_size)
     SELECT 'memory', 'model-' || i / 3, (8192 * (i % 3 + 1))::text
     FROM generate_series(0, $1::int - 1) AS i`,
    [series],
  )
  for (let day = 0; day < days; day++) {
    await pool.query(
      `INSERT INTO snapshots (at, series_id, kpi, value, samples, p50, p95, p99)
       SELECT $1::timestamptz - make_interval(days => $2, mins => minute), series, kpi, random(), 40, 0.1, 0.2, 0.3
       FROM generate_series(1439, 0, -1) AS minute, generate_series(1, $3::int) AS series, unnest($4::text[]) AS kpi`,
      [monthEnd, days - 1 - day, series, kpis],
    )
  }
  await pool.query(
    `INSERT INTO snapshot_instants (at, rows)
     SELECT $1::timestamptz - make_interval(mins => minute), $2 FROM generate_series(0, $3::int - 1) AS minute`,
    [monthEnd, series * kpis.length, minutes],
  )
  await pool.query(
    `INSERT INTO measurements (at, id, kpi, value, service, model, context_size, operation, severity, metadata)
     SELECT $1::timestamptz - n * interval '30 days' / ($2::int + 1), gen_random_uuid(), ($3::text[])[1 + n % 3], random(),
       'memory', 'model-' || n % 11, (8192 * (n % 3 + 1))::text, 'search', CASE WHEN n % 10 = 0 THEN 'critical' END, '{}'
     FROM generate_series(1, $2::int) AS n`,
    [monthEnd, size.measurements, kpis],
  )
  await pool.query(
    `INSERT INTO alert_episodes (cluster, fingerprint, alertname, severity, kpi, service, model, context_size, operation, starts_at,
       ends_at, closed_at, closed_how, value, peak_value, threshold, summary, labels, annotations)
     SELECT 'default', lpad(to_hex(i), 16, '0'), 'MnemoscopeF1ScoreCritical', (ARRAY['warning', 'error', 'critical'])[1 + i % 3],
       ($3::text[])[1 + i % 3], service, model, context_size, operation, began, ended, ended,
       CASE WHEN ended IS NOT NULL THEN 'resolved' END, 0.6, 0.5, 0.7, 'beyond its threshold', '{}', '{}'
     FROM generate_series(1, $2::int) AS i JOIN series ON series.id = 1 + i % (SELECT count(*) FROM series),
       LATERAL (SELECT $1::timestamptz - i * interval '30 days' / ($2::int + 1) AS began) AS begun,
       LATERAL (SELECT CASE WHEN i > 20 THEN began + interval '5 minutes' END AS ended) AS ends`,
    [monthEnd, size.episodes, kpis],
  )
  await pool.query('VACUUM ANALYZE')
  while ((await rollUp(pool, new Date())) > 0);
  await pool.query('ANALYZE')
}
