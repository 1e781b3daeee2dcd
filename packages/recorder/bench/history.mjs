/** Fills a database with a day of snapshots, as the recorder would have stored them. */
import { createPartitions, daysBetween } from '../dist/database/partitions.js'
import { rollUp } from '../dist/snapshots/rollup.js'

export const kpis = [
  'f1_score',
  'latency',
  'token_usage',
  'memory_usage',
  'context_utilization',
  'adaptation_success_rate',
  'overflow_frequency',
]

/** @param {import('pg').Pool} pool */
export async function fillDay(pool, { series, until }) {
  const minutes = 1_440
  await createPartitions(pool, 'snapshots', daysBetween(new Date(until - 2 * 86_400_000), new Date(until)))
  await pool.query(
    `INSERT INTO series (service, model, context_size, context_tokens)
     SELECT 'memory', 'model-' || i / 7, (4096 * (i % 7 + 1))::text, 4096 * (i % 7 + 1)
     FROM generate_series(0, $1::int - 1) AS i`,
    [series],
  )
  const client = await pool.connect()
  await client.query('SET statement_timeout = 0')
  for (let start = minutes - 1; start >= 0; start -= 60) {
    await client.query(
      `INSERT INTO snapshots (at, series_id, kpi, value, samples)
       SELECT to_timestamp($1::float8 - 60 * minute), series, kpi, 0.5 + 0.4 * random(), 40
       FROM generate_series($2::int, greatest($2::int - 59, 0), -1) AS minute, generate_series(1, $3::int) AS series,
            unnest($4::text[]) AS kpi`,
      [until / 1_000, start, series, kpis],
    )
  }
  await client.query(
    `INSERT INTO snapshot_instants (at, rows)
     SELECT to_timestamp($1::float8 - 60 * minute), $2 FROM generate_series(0, $3::int - 1) AS minute`,
    [until / 1_000, series * kpis.length, minutes],
  )
  await client.query('VACUUM ANALYZE')
  client.release()
  while ((await rollUp(pool, new Date())) > 0);
  await pool.query('ANALYZE')
  return minutes * series
}
