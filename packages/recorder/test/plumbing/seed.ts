import type pg from 'pg'
import { createPartitions, daysBetween } from '../../src/database/partitions.js'

const hourMs = 3_600_000
const minuteMs = 60_000

/** Stores something of everything that the recorder keeps, so that no part of an answer is empty. */
export async function seedEverything(pool: pg.Pool): Promise<void> {
  const now = Math.floor(Date.now() / minuteMs) * minuteMs
  /** When the F1 score of model `a` fell for good. */
  const fell = Math.floor(now / hourMs) * hourMs - 30 * hourMs
  /** When the open alert began. */
  const began = now - 30 * minuteMs
  const days = daysBetween(new Date(now - 16 * 24 * hourMs), new Date(now))
  for (const table of ['snapshots', 'measurements'] as const) await createPartitions(pool, table, days)
  await pool.query(
    `INSERT INTO series (service, model, context_size, operation)
     VALUES ('memory', 'a', '8192', 'search'), ('memory', 'b', '+Inf', 'generate')`,
  )
  await pool.query(
    "INSERT INTO bucket_boundaries VALUES ('f1_score', '{1}', '{1}'), ('latency', '{1}', '{1}')",
  )
  await pool.query(
    `INSERT INTO snapshots (at, series_id, kpi, value, samples, mean, p50, p95, p99, max, buckets)
     SELECT at, id, kpi,
       level, 40, level, 0.8, 0.9, 0.95, 1, 40
     FROM (
       SELECT generate_series($1::timestamptz - interval '336 hours', $1::timestamptz - interval '3 hours', '30 min') AS at
       UNION SELECT generate_series($1::timestamptz - interval '2 hours', $1::timestamptz, '1 min')
     ) AS instants, series, (VALUES ('f1_score'), ('latency')) AS kpis (kpi), LATERAL (
       SELECT CASE WHEN model = 'b' OR at < $2 THEN 0.9 WHEN at < $3 THEN 0.7 ELSE 0.5 END
         + 0.02 * sin(12.9898 * extract(epoch FROM at) / 1800) AS level
     ) AS levels`,
    [new Date(now), new Date(fell), new Date(began)],
  )
  await pool.query('INSERT INTO snapshot_instants (at, rows) SELECT at, 2 FROM snapshots GROUP BY at')
  await pool.query(
    `UPDATE snapshot_instants SET rows = 0, gap = 'prometheus_has_no_data'
     WHERE at BETWEEN $1::timestamptz - interval '20 min' AND $1::timestamptz - interval '15 min'`,
    [new Date(began)],
  )
  await pool.query(
    `INSERT INTO measurements (at, id, kpi, value, outcome, service, model, context_size, operation, severity, trace_id, span_id,
       metadata)
     SELECT $1::timestamptz - interval '1 min' * n, gen_random_uuid(), 'f1_score', 0.5 + n / 100.0, NULL, 'memory', 'a', '8192',
       'benchmark', CASE WHEN n = 0 THEN 'critical' END, repeat('a', 32), repeat('b', 16),
       '{"structure": "bench", "evaluator": "judge"}'::jsonb
     FROM generate_series(0, 9) AS n
     UNION ALL
     SELECT $1::timestamptz - interval '1 s' * n, gen_random_uuid(), 'adaptation_success_rate', (n > 5)::int,
       CASE WHEN n > 5 THEN 'success' ELSE 'failure' END, 'memory', 'a', '8192', 'adapt', CASE WHEN n <= 5 THEN 'critical' END,
       repeat('a', 32), repeat('b', 16), jsonb_build_object('strategy', CASE WHEN n <= 5 THEN 'chunking' ELSE 'none' END)
     FROM generate_series(0, 20) AS n
     UNION ALL
     SELECT $2::timestamptz - interval '1 s' * n, gen_random_uuid(), 'f1_score', CASE WHEN n <= 5 THEN 0.5 ELSE 0.75 END, NULL,
       'memory', 'a', '8192', 'search', CASE WHEN n <= 5 THEN 'critical' ELSE 'warning' END, repeat('a', 32), repeat('b', 16),
       jsonb_build_object('tenant', CASE WHEN n <= 5 THEN 'acme' ELSE 'other' END)
     FROM generate_series(-20, 20) AS n`,
    [new Date(now), new Date(began)],
  )
  await pool.query(
    `INSERT INTO alert_episodes (cluster, fingerprint, alertname, severity, kpi, service, model, context_size, operation, starts_at,
       value, newest_value, last_firing_at, peak_value, threshold, summary, labels, annotations, ends_at, closed_at, closed_how)
     VALUES
       ('default', 'aa', 'MnemoscopeF1ScoreCritical', 'critical', 'f1_score', 'memory', 'a', '8192', 'search', $1,
         0.6, 0.59, $1::timestamptz + interval '1 min', 0.58, 0.7, 'F1 score is critical', '{"job": "memory"}', '{"runbook_url": "f1-score.md"}',
         NULL, NULL, NULL),
       ('default', 'bb', 'MnemoscopeLatencyWarning', 'warning', 'latency', 'memory', 'b', '+Inf', 'generate',
         $1::timestamptz - interval '10 min', 5, NULL, NULL, 6, 5, 'Latency is high', '{"job": "memory"}', '{"summary": "high"}', $1, $1, 'resolved')`,
    [new Date(began)],
  )
  await pool.query(
    `INSERT INTO alert_transitions (episode_id, kind, at, via, detail)
     SELECT id, 'opened', starts_at, 'webhook', '{"value": 0.6}' FROM alert_episodes`,
  )
  await pool.query(
    "INSERT INTO alert_acknowledgements (episode_id, by, comment) SELECT id, 'ada', 'looking' FROM alert_episodes",
  )
  await pool.query(
    "INSERT INTO alert_ratings (episode_id, rating, by, comment) SELECT id, 'useful', 'ada', 'real' FROM alert_episodes",
  )
  await pool.query(
    `INSERT INTO alert_incidents (title, titled_by, into_id)
     VALUES ('Index lost', 'ada', NULL), ('Slow answers', 'ada', NULL), ('Earlier', NULL, 1)`,
  )
  await pool.query(
    'INSERT INTO alert_incident_episodes (episode_id, incident_id) SELECT id, id FROM alert_episodes',
  )
  await pool.query(
    "INSERT INTO alert_incident_actions (incident_id, kind, by, comment) VALUES (1, 'comment', 'ada', 'the index again')",
  )
  await pool.query(
    `INSERT INTO alert_notifications (episode_id, at, receiver, integration, outcome, reason, silences, inhibited_by, mute_times, via)
     SELECT id, starts_at, 'oncall', 'webhook', 'error', 'serverError',
       '[{"id": "a", "by": "ada", "comment": "rebuild", "until": 1}]', '{Other}', '{nights}', 'metrics' FROM alert_episodes`,
  )
  await pool.query(
    `INSERT INTO alert_notifications (episode_id, at, receiver, integration, outcome, via)
     SELECT id, starts_at + interval '1 min', 'oncall', 'webhook', 'success', 'metrics' FROM alert_episodes WHERE id = 2`,
  )
  await pool.query(
    `INSERT INTO config_changes (at, by, source, sha256, previous_sha256, summary, differences, restarts, config)
     VALUES ($1::timestamptz - interval '1 hour', 'ada', 'file', 'b', 'a', '{snapshotInterval 60s → 30s}',
       '[{"path": "snapshotInterval", "before": "60s", "after": "30s"}]',
       '[{"part": "recorder", "paths": ["snapshotInterval"]}, {"part": "services", "paths": [], "services": ["memory"]}]', '{}')`,
    [new Date(began)],
  )
  await pool.query(
    `INSERT INTO deployments (at, service, version, previous_version, source, by)
     SELECT $1::timestamptz - interval '50 min', service, '1.4.1', '1.4.0', 'observed', 'pipeline'
     FROM (VALUES ('memory'), ('memory-api')) AS services (service)`,
    [new Date(began)],
  )
  await pool.query(
    `INSERT INTO audit_log (id, at, by, sender, operation, scope, allowed, code)
     VALUES (gen_random_uuid(), $1, 'ada', '127.0.0.1', 'PUT /api/config', 'configure', false, 'CONFIG_INVALID')`,
    [new Date(began)],
  )
}
