/** Fills a database with snapshots and what belongs to them, as the recorder would have stored them. */

import type { Pool, PoolClient, QueryConfig } from 'pg'
import { createPartitions, daysBetween } from '../../packages/recorder/dist/database/partitions.js'
import { fiveMinutes, rollUp } from '../../packages/recorder/dist/snapshots/rollup.js'
import { progress } from './figures.js'
import { bucketSeries, bucketsIn, distributions, kpis, operations } from './recorded-series.js'

const hourMs = 3_600_000
/** Context sizes of each model. */
const sizes = 3
/** Loading is shared by so many connections. Each hour's values depend on its seed only, not on the connection. */
const lanes = 2

interface History {
  /** Pairs of a model and a context size. */
  readonly series: number
  readonly hours: number
  /** Unix ms, a full minute. */
  readonly until: number
}

/** Stores a row per minute, series and KPI, and the roll-ups. */
export async function fillSnapshots(pool: Pool, { series, hours, until }: History): Promise<void> {
  const from = until - hours * hourMs
  await createPartitions(pool, 'snapshots', daysBetween(new Date(from), new Date(until)))
  await pool.query(
    `INSERT INTO series (service, model, context_size, operation)
     SELECT 'memory', 'model-' || i / $2, (8192 * (i % $2 + 1))::text, 'search'
     FROM generate_series(0, $1::int - 1) AS i`,
    [series, sizes],
  )
  await addBoundaries(pool)
  const starts = Array.from({ length: hours }, (_, hour) => from + hour * hourMs)
  let done = 0
  const lane = async () => {
    const client = await pool.connect()
    await client.query('SET statement_timeout = 0; SET synchronous_commit = off')
    for (let start = starts.shift(); start !== undefined; start = starts.shift()) {
      await fillHour(client, start, series)
      if (++done % Math.ceil(hours / 10) === 0) progress(`  ${Math.round((100 * done) / hours)} % loaded`)
    }
    client.release(true)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  await pool.query(
    `INSERT INTO snapshot_instants (at, rows)
     SELECT generate_series(to_timestamp($1) + interval '1 minute', to_timestamp($2), '1 minute'), $3`,
    [from / 1_000, until / 1_000, series * kpis.length],
  )
  progress('  adding up hours and five minutes …')
  await vacuum(pool)
  while ((await rollUp(pool, new Date())) > 0);
  while ((await rollUp(pool, new Date(), fiveMinutes)) > 0);
  await vacuum(pool)
}

/** The hour's instants after its start, its end included. */
async function fillHour(client: PoolClient, start: number, series: number): Promise<void> {
  // Between -1 and 1, and different in every hour.
  await client.query('SELECT setseed($1)', [((start / hourMs) % 1_000) / 1_000])
  await client.query(
    `INSERT INTO snapshots (at, series_id, kpi, value, samples, mean, p50, p95, p99, max, buckets)
     SELECT at, series_id, kpi, value, ${operations}, value * 0.9,
            CASE WHEN spread THEN value * 0.8 END, CASE WHEN spread THEN value * 1.5 END,
            CASE WHEN spread THEN value * 1.9 END, CASE WHEN spread THEN 2.5 END, ($5::jsonb ->> kpi)::numeric
     FROM (
       SELECT to_timestamp($1::float8 + 60 * minute) AS at, series_id, kpi, kpi = ANY($3::text[]) AS spread,
              0.5 + 0.4 * random() AS value
       FROM generate_series(1, 60) AS minute, generate_series(1, $2::int) AS series_id, unnest($4::text[]) AS kpi
     ) AS drawn`,
    [start / 1_000, series, distributions, kpis, bucketNumbers],
  )
}

/** Boundaries of the distributions, each KPI's in order, as the recorder would have found them. */
async function addBoundaries(pool: Pool): Promise<void> {
  for (const [kpi, { boundaries }] of bucketSeries) {
    const places = boundaries.map((_, i) => i + 1)
    await pool.query('INSERT INTO bucket_boundaries VALUES ($1, $2, $3)', [kpi, boundaries, places])
  }
}

/** Buckets of every row of a KPI, as the database has them. */
const bucketNumbers = Object.fromEntries(
  [...bucketSeries].map(([kpi, { boundaries }]) => {
    const counts = new Map(bucketsIn(boundaries))
    const digits = boundaries.map((upper) => String(counts.get(upper) ?? 0).padStart(12, '0'))
    return [kpi, digits.reverse().join('')]
  }),
)

/** Alerts, measurements and gaps of the same time. */
export async function fillAlerts(
  pool: Pool,
  { series, hours, until, episodes, measurements }: History & { episodes: number; measurements: number },
): Promise<void> {
  const [from, to] = [new Date(until - hours * hourMs), new Date(until)]
  await createPartitions(pool, 'measurements', daysBetween(from, to))
  const spread = [from, hours * 3_600, series, kpis]
  await pool.query(
    `WITH drawn AS (
       SELECT n, 'MnemoscopeAlert' AS alertname, ($4::text[])[1 + n % cardinality($4::text[])] AS kpi,
              (ARRAY['warning', 'error', 'critical'])[1 + n % 3] AS severity,
              $1::timestamptz + make_interval(secs => $2 * n::float8 / $5) AS starts_at, series.*
       FROM generate_series(0, $5::int - 1) AS n JOIN series ON series.id = 1 + n % $3
     ), opened AS (
       INSERT INTO alert_episodes (cluster, fingerprint, alertname, severity, kpi, service, model, context_size,
         operation, starts_at, ends_at, last_firing_at, closed_at, closed_how, value, peak_value, threshold, summary, labels, annotations)
       SELECT 'default', lpad(to_hex(n), 16, '0'), alertname, severity, kpi, service, model, context_size, operation, starts_at,
              ended, ended, ended, CASE WHEN ended IS NOT NULL THEN 'resolved' END, 0.6, 0.5, 0.7, kpi || ' of ' || model,
              jsonb_build_object('alertname', alertname, 'severity', severity, 'kpi', kpi, 'job', service, 'model', model,
                'context_size', context_size, 'operation', operation), '{}'
       FROM drawn, LATERAL (SELECT CASE WHEN n < $5 - 20 THEN starts_at + interval '7 minutes' END AS ended) AS ends
       RETURNING id, starts_at, ends_at
     )
     INSERT INTO alert_transitions (episode_id, kind, at, via, detail)
     SELECT id, kind, at, 'webhook', '{}'
     FROM opened, LATERAL (VALUES ('opened', starts_at), ('closed', ends_at)) AS happened (kind, at) WHERE at IS NOT NULL`,
    [...spread, episodes],
  )
  await pool.query(
    `INSERT INTO measurements (at, id, kpi, value, service, model, context_size, operation, severity, trace_id, metadata)
     SELECT $1::timestamptz + make_interval(secs => $2 * n::float8 / $5), md5(n::text)::uuid, ($4::text[])[1 + n % cardinality($4::text[])],
            (n % 100) / 100.0, service, model, context_size, operation, CASE WHEN n % 10 = 0 THEN 'warning' END, md5(n::text),
            jsonb_build_object('question', 'Who keeps the light number ' || n || '?', 'evaluator', 'exact')
     FROM generate_series(0, $5::int - 1) AS n JOIN series ON series.id = 1 + n % $3`,
    [...spread, measurements],
  )
  await vacuum(pool)
}

export async function vacuum(pool: Pool): Promise<void> {
  const client = await pool.connect()
  await client.query('SET statement_timeout = 0')
  // Ten million rows take a slow disk more than the half minute in which a query of the recorder ends.
  await client.query({ text: 'VACUUM ANALYZE', query_timeout: hourMs } as QueryConfig)
  client.release(true)
}
