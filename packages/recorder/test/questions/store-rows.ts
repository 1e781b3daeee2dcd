import type pg from 'pg'
import { createPartitions, daysBetween } from '../../src/database/partitions.js'
import { rollUp } from '../../src/snapshots/rollup.js'
import { alerts, configChanges, gaps, measurements, minute, now, releases, snapshots } from './raw-rows.js'

/** Stores the rows as the recorder keeps them, and rolls up their hours. */
export async function storeRows(pool: pg.Pool): Promise<void> {
  const days = daysBetween(new Date(now - 17 * 86_400_000), new Date(now))
  for (const table of ['snapshots', 'measurements'] as const) await createPartitions(pool, table, days)
  await pool.query(
    `WITH given AS (
       SELECT * FROM jsonb_to_recordset($1) AS given (at float8, service text, model text, context_size text,
         operation text, kpi text, value float8, samples float8, mean float8)
     ), named AS (
       INSERT INTO series (service, model, context_size, operation)
       SELECT DISTINCT service, model, context_size, operation FROM given RETURNING *
     )
     INSERT INTO snapshots (at, series_id, kpi, value, samples, mean)
     SELECT to_timestamp(at / 1000), id, kpi, value, samples, mean
     FROM given JOIN named USING (service, model, context_size, operation)`,
    [JSON.stringify(snapshots)],
  )
  await pool.query(`INSERT INTO snapshot_instants (at, rows) SELECT at, count(*) FROM snapshots GROUP BY at`)
  await pool.query(
    `INSERT INTO snapshot_instants (at, rows, gap)
     SELECT to_timestamp(("from" + $2 * n) / 1000), 0, gap
     FROM jsonb_to_recordset($1) AS given ("from" float8, instants int, gap text), generate_series(0, instants - 1) AS n`,
    [JSON.stringify(gaps), 1 * minute],
  )
  await pool.query(
    `INSERT INTO alert_episodes (id, cluster, fingerprint, alertname, severity, kpi, service, model, context_size, operation,
       starts_at, ends_at, closed_at, closed_how, summary, labels, annotations)
     OVERRIDING SYSTEM VALUE
     SELECT id, 'default', id, alertname, level, 'f1_score', service, model, '8192', operation, to_timestamp(at / 1000),
       to_timestamp(ends / 1000), to_timestamp(ends / 1000), CASE WHEN ends IS NOT NULL THEN 'resolved' END, alertname, '{}', '{}'
     FROM jsonb_to_recordset($1) AS given (id bigint, alertname text, level text, service text, model text, operation text,
       at float8, ends float8)`,
    [JSON.stringify(alerts)],
  )
  await pool.query(
    `INSERT INTO alert_acknowledgements (episode_id, by, at)
     SELECT id, who, to_timestamp(acknowledged / 1000) + later
     FROM jsonb_to_recordset($1) AS given (id bigint, acknowledged float8),
       (VALUES ('ada', interval '0'), ('bob', interval '20 minutes')) AS people (who, later)
     WHERE acknowledged IS NOT NULL ORDER BY later`,
    [JSON.stringify(alerts)],
  )
  await pool.query(
    `INSERT INTO alert_ratings (episode_id, rating, by)
     SELECT id, rating, 'ada' FROM jsonb_to_recordset($1) AS given (id bigint, rating text) WHERE rating IS NOT NULL`,
    [JSON.stringify(alerts)],
  )
  await pool.query(
    `INSERT INTO deployments (at, service, version, previous_version, source)
     SELECT to_timestamp(at / 1000), service, version, previous, source
     FROM jsonb_to_recordset($1) AS given (at float8, service text, version text, previous text, source text)`,
    [JSON.stringify(releases)],
  )
  await pool.query(
    `INSERT INTO config_changes (at, by, source, sha256, previous_sha256, summary, differences, restarts, config)
     SELECT to_timestamp(at / 1000), by, 'file', 'b', 'a', ARRAY[what], '[]', '[]', '{}'
     FROM jsonb_to_recordset($1) AS given (at float8, by text, what text)`,
    [JSON.stringify(configChanges)],
  )
  await pool.query(
    `INSERT INTO measurements (at, id, kpi, value, service, model, context_size, operation, trace_id, metadata)
     SELECT to_timestamp(at / 1000), gen_random_uuid(), 'f1_score', value, service, model, context_size, operation, trace, '{}'
     FROM jsonb_to_recordset($1) AS given (at float8, value float8, service text, model text, context_size text, operation text,
       trace text)`,
    [JSON.stringify(measurements)],
  )
  while ((await rollUp(pool, new Date(now))) > 0);
}
