import type pg from 'pg'

export interface SnapshotSeed {
  /** Newest instant, Unix seconds; a multiple of the interval. */
  readonly newest: number
  readonly intervalSeconds: number
  readonly instants: number
  readonly series: number
}

/**
 * Stores snapshots of all seven KPIs: value number `i` of series `n` follows from both, so that every figure has its
 * own value. Series 1 is beyond its critical F1 threshold.
 */
export async function seedSnapshots(client: pg.Client, seed: SnapshotSeed): Promise<void> {
  const { newest, intervalSeconds, instants, series } = seed
  await client.query(
    `INSERT INTO series (service, model, context_size, operation)
     SELECT 'memory', 'model-' || lpad(n::text, 4, '0'), size::text, 'search'
     FROM generate_series(1, $1::int) AS n, LATERAL (SELECT 8192 * (1 + n % 3) AS size) AS sizes`,
    [series],
  )
  const oldest = newest - (instants - 1) * intervalSeconds
  for (let day = Math.floor(oldest / 86_400); day <= Math.floor(newest / 86_400); day++) {
    await createDay(client, day)
  }
  await client.query(
    `INSERT INTO snapshots (at, series_id, kpi, value, samples)
     SELECT to_timestamp($1::float8 - i * $2::float8), id, kpi,
       CASE kpi WHEN 'f1_score' THEN least + span * abs(sin(i * 0.013 + id)) - CASE WHEN id = 1 THEN 0.3 ELSE 0 END
                ELSE least + span * abs(sin(i * 0.013 + id)) END, 40
     FROM generate_series(0, $3::int - 1) AS i, series,
       (VALUES ('f1_score', 0.85, 0.1), ('latency', 0.4, 1.7), ('token_usage', 3000, 9000),
               ('memory_usage', 2e8, 1e8), ('context_utilization', 0.2, 0.5),
               ('adaptation_success_rate', 0.9, 0.1), ('overflow_frequency', 0.01, 0.05)) AS kpis (kpi, least, span)`,
    [newest, intervalSeconds, instants],
  )
  await client.query(
    `INSERT INTO snapshot_instants (at, rows)
     SELECT to_timestamp($1::float8 - i * $2::float8), $4 FROM generate_series(0, $3::int - 1) AS i`,
    [newest, intervalSeconds, instants, series * 7],
  )
}

/** Stores episodes of the F1 score, one every `everySeconds`, the newest `open` of them still firing. */
export async function seedEpisodes(
  client: pg.Client,
  {
    newest,
    count,
    open,
    everySeconds,
  }: { newest: number; count: number; open: number; everySeconds: number },
): Promise<void> {
  await client.query(
    `INSERT INTO alert_episodes (cluster, fingerprint, alertname, severity, kpi, service, model, context_size,
       operation, starts_at, ends_at, closed_at, closed_how, value, newest_value, last_firing_at, peak_value, threshold, summary, labels, annotations)
     SELECT 'default', lpad(to_hex(i), 16, '0'), 'MnemoscopeF1ScoreCritical',
       (ARRAY['warning', 'error', 'critical'])[1 + i % 3], 'f1_score', series.service, series.model,
       series.context_size, series.operation, starts_at, ends_at, ends_at, CASE WHEN ends_at IS NOT NULL THEN 'resolved' END,
       0.69 - i * 1e-5, 0.68 - i * 1e-5, coalesce(ends_at, now()), 0.61 - i * 1e-5, (ARRAY[0.8, 0.75, 0.7])[1 + i % 3],
       'F1 score of ' || series.model || ' has reached a threshold', '{"alertname": "MnemoscopeF1ScoreCritical"}',
       jsonb_build_object(
         'runbook_url', 'https://example.org/f1-score.md',
         'dashboard_url', CASE WHEN i = 0 THEN 'https://grafana.example/d/mnemoscope-kpi-f1_score?var-model=x'
                               ELSE 'http://127.0.0.1:9470/?kpi=f1_score&model=x' END)
     FROM generate_series(0, $2::int - 1) AS i
     JOIN series ON series.id = 1 + i % (SELECT count(*) FROM series),
     LATERAL (SELECT to_timestamp($1::float8 - (i + 1) * $4::float8) AS starts_at) AS starts,
     LATERAL (SELECT CASE WHEN i >= $3 THEN starts_at + make_interval(secs => $4::float8 / 2) END AS ends_at) AS ends`,
    [newest, count, open, everySeconds],
  )
}

async function createDay(client: pg.Client, day: number): Promise<void> {
  const iso = (number: number) => new Date(number * 86_400_000).toISOString()
  const name = `snapshots_${iso(day).slice(0, 10).replaceAll('-', '')}`
  await client.query(
    `CREATE TABLE IF NOT EXISTS ${name} PARTITION OF snapshots
     FOR VALUES FROM ('${iso(day)}') TO ('${iso(day + 1)}')`,
  )
}
