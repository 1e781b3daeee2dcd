-- What the recorder keeps: snapshots of every KPI at aligned instants, and one row for each alert episode.

CREATE TABLE series (
  id             integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service        text NOT NULL,
  model          text NOT NULL,
  context_size   text NOT NULL,
  context_tokens integer,
  first_seen_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (service, model, context_size)
);
COMMENT ON TABLE series IS 'Everything that is judged apart: one row for each service, model and class of context sizes.';
COMMENT ON COLUMN series.id IS 'Key that snapshots refer to.';
COMMENT ON COLUMN series.service IS 'Service the measurements come from: the label job.';
COMMENT ON COLUMN series.model IS 'Model in use: the label model.';
COMMENT ON COLUMN series.context_size IS 'Class of context sizes as the label has it: the largest size it holds, in tokens, or +Inf.';
COMMENT ON COLUMN series.context_tokens IS 'The same as a number of tokens; NULL for +Inf and for labels that are no number.';
COMMENT ON COLUMN series.first_seen_at IS 'When the recorder first stored a snapshot of it.';

-- No foreign key to series: rows are written together with their series in one transaction, series are never
-- deleted, and the check would double the cost of every insert.
CREATE TABLE snapshots (
  at        timestamptz NOT NULL,
  series_id integer NOT NULL,
  kpi       text NOT NULL,
  value     double precision,
  samples   double precision,
  p50       double precision,
  p95       double precision,
  p99       double precision,
  PRIMARY KEY (at, series_id, kpi)
) PARTITION BY RANGE (at);
COMMENT ON TABLE snapshots IS 'Value of each KPI of each series at each aligned instant. One partition for each UTC day.';
COMMENT ON COLUMN snapshots.at IS 'Aligned instant (a multiple of the snapshot interval) the values are for.';
COMMENT ON COLUMN snapshots.series_id IS 'Service, model and context size: series.id.';
COMMENT ON COLUMN snapshots.kpi IS 'Id of the KPI, such as f1_score.';
COMMENT ON COLUMN snapshots.value IS 'The KPI''s statistic over its window, in its unit; NULL while too few samples were seen.';
COMMENT ON COLUMN snapshots.samples IS 'Measurements behind value. A fraction is possible: Prometheus extrapolates to the window''s edges.';
COMMENT ON COLUMN snapshots.p50 IS 'Median over the same window; NULL unless the KPI is a distribution.';
COMMENT ON COLUMN snapshots.p95 IS '95th percentile over the same window; NULL unless the KPI is a distribution.';
COMMENT ON COLUMN snapshots.p99 IS '99th percentile over the same window; NULL unless the KPI is a distribution.';

CREATE TABLE snapshot_instants (
  at       timestamptz PRIMARY KEY,
  rows     integer NOT NULL,
  gap      text,
  taken_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE snapshot_instants IS 'Every aligned instant that was dealt with. An instant without a row is still to be filled.';
COMMENT ON COLUMN snapshot_instants.at IS 'The aligned instant.';
COMMENT ON COLUMN snapshot_instants.rows IS 'Rows of snapshots stored for it; 0 for a gap, and where no service reported anything.';
COMMENT ON COLUMN snapshot_instants.gap IS 'Why nothing is known of this instant; NULL where its snapshot is whole.';
COMMENT ON COLUMN snapshot_instants.taken_at IS 'When the recorder stored it; much later than the instant where it was filled in after an outage.';

CREATE TABLE alert_episodes (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  cluster        text NOT NULL,
  fingerprint    text NOT NULL,
  alertname      text NOT NULL,
  severity       text,
  kpi            text,
  service        text,
  model          text,
  context_size   text,
  starts_at      timestamptz NOT NULL,
  ends_at        timestamptz,
  last_firing_at timestamptz,
  opened_at      timestamptz NOT NULL DEFAULT now(),
  closed_at      timestamptz,
  closed_how     text CHECK (closed_how IN ('resolved', 'reconciled', 'superseded', 'rule_removed')),
  value          double precision,
  peak_value     double precision,
  threshold      double precision,
  summary        text NOT NULL,
  labels         jsonb NOT NULL,
  annotations    jsonb NOT NULL,
  CHECK ((ends_at IS NULL) = (closed_at IS NULL) AND (ends_at IS NULL) = (closed_how IS NULL)),
  CHECK (ends_at >= starts_at),
  UNIQUE (cluster, fingerprint, starts_at)
);
CREATE UNIQUE INDEX alert_episodes_one_open ON alert_episodes (cluster, fingerprint) WHERE ends_at IS NULL;
CREATE INDEX alert_episodes_starts_at ON alert_episodes (starts_at DESC, id DESC);
CREATE INDEX alert_episodes_ends_at ON alert_episodes (ends_at);
COMMENT ON TABLE alert_episodes IS 'One row for each time an alert fired, from its first to its last evaluation, whatever became of its notifications.';
COMMENT ON COLUMN alert_episodes.id IS 'Key of the episode, used in links.';
COMMENT ON COLUMN alert_episodes.cluster IS 'Which Prometheus and Alertmanagers it comes from; several Alertmanagers of one cluster share it.';
COMMENT ON COLUMN alert_episodes.fingerprint IS 'Hash of the labels without external ones, 16 hex digits, as Alertmanager computes it.';
COMMENT ON COLUMN alert_episodes.alertname IS 'Name of the alerting rule.';
COMMENT ON COLUMN alert_episodes.severity IS 'info, warning, error or critical; other words only for alerts of other origin.';
COMMENT ON COLUMN alert_episodes.kpi IS 'Id of the KPI; NULL for alerts of the pipeline about itself.';
COMMENT ON COLUMN alert_episodes.service IS 'The label job.';
COMMENT ON COLUMN alert_episodes.model IS 'The label model; NULL for alerts that concern none.';
COMMENT ON COLUMN alert_episodes.context_size IS 'The label context_size; NULL for alerts that concern none.';
COMMENT ON COLUMN alert_episodes.starts_at IS 'First evaluation at which it fired.';
COMMENT ON COLUMN alert_episodes.ends_at IS 'First evaluation at which it no longer fired; NULL while it fires.';
COMMENT ON COLUMN alert_episodes.last_firing_at IS 'Newest evaluation at which Prometheus itself was seen to have it firing.';
COMMENT ON COLUMN alert_episodes.opened_at IS 'When the recorder stored it.';
COMMENT ON COLUMN alert_episodes.closed_at IS 'When the recorder learned that it had ended.';
COMMENT ON COLUMN alert_episodes.closed_how IS 'resolved: a notification said so. reconciled: Prometheus no longer had it. superseded: a newer episode of the same alert began. rule_removed: its rule is gone.';
COMMENT ON COLUMN alert_episodes.value IS 'The KPI''s value when the alert first fired.';
COMMENT ON COLUMN alert_episodes.peak_value IS 'The worst value seen while it fired, in the KPI''s own direction.';
COMMENT ON COLUMN alert_episodes.threshold IS 'The threshold that was breached.';
COMMENT ON COLUMN alert_episodes.summary IS 'What happened, for people.';
COMMENT ON COLUMN alert_episodes.labels IS 'All labels, as Prometheus or Alertmanager gave them.';
COMMENT ON COLUMN alert_episodes.annotations IS 'All annotations, newest texts.';

CREATE TABLE alert_transitions (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  episode_id  bigint NOT NULL REFERENCES alert_episodes ON DELETE CASCADE,
  kind        text NOT NULL CHECK (kind IN ('opened', 'changed', 'closed', 'reopened')),
  at          timestamptz NOT NULL,
  via         text NOT NULL CHECK (via IN ('webhook', 'prometheus')),
  recorded_at timestamptz NOT NULL DEFAULT now(),
  detail      jsonb NOT NULL
);
CREATE INDEX alert_transitions_episode ON alert_transitions (episode_id, id);
COMMENT ON TABLE alert_transitions IS 'Each change of an episode, in the order in which it was learned.';
COMMENT ON COLUMN alert_transitions.id IS 'Order in which transitions were stored.';
COMMENT ON COLUMN alert_transitions.episode_id IS 'The episode: alert_episodes.id.';
COMMENT ON COLUMN alert_transitions.kind IS 'opened, changed (start, threshold or text), closed, or reopened (Prometheus shows it never ended).';
COMMENT ON COLUMN alert_transitions.at IS 'When it happened, by the clock of its source.';
COMMENT ON COLUMN alert_transitions.via IS 'Which source told of it.';
COMMENT ON COLUMN alert_transitions.recorded_at IS 'When the recorder stored it.';
COMMENT ON COLUMN alert_transitions.detail IS 'What changed: new values by column name.';

CREATE TABLE reconciles (
  cluster       text PRIMARY KEY,
  reached       timestamptz NOT NULL,
  reconciled_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE reconciles IS 'How far the alert history agrees with what Prometheus itself has stored.';
COMMENT ON COLUMN reconciles.cluster IS 'See alert_episodes.cluster.';
COMMENT ON COLUMN reconciles.reached IS 'Every alert that fired before this instant has its episode.';
COMMENT ON COLUMN reconciles.reconciled_at IS 'When that was last made sure.';

CREATE VIEW performance_snapshots AS
  SELECT
    extract(epoch FROM snapshots.at)::bigint * 1000000 + snapshots.series_id AS id,
    snapshots.at AS "timestamp",
    series.model,
    series.context_tokens AS context_size,
    max(value) FILTER (WHERE kpi = 'f1_score') AS f1_score,
    max(value) FILTER (WHERE kpi = 'latency') AS latency,
    max(value) FILTER (WHERE kpi = 'token_usage') AS token_usage,
    max(value) FILTER (WHERE kpi = 'memory_usage') AS memory_usage,
    max(value) FILTER (WHERE kpi = 'context_utilization') AS context_utilization,
    max(value) FILTER (WHERE kpi = 'adaptation_success_rate') AS adaptation_success_rate,
    max(value) FILTER (WHERE kpi = 'overflow_frequency') AS overflow_frequency,
    jsonb_build_object(
      'service', series.service,
      'context_size', series.context_size,
      'samples', jsonb_object_agg(kpi, samples)
    ) AS metadata,
    snapshots.at AS created_at
  FROM snapshots JOIN series ON series.id = snapshots.series_id
  GROUP BY snapshots.at, snapshots.series_id, series.id;
COMMENT ON VIEW performance_snapshots IS 'One row for each instant, service, model and context size, with a column for each built-in KPI; unknown is NULL.';

CREATE VIEW alerts AS
  SELECT
    id,
    starts_at AS "timestamp",
    severity AS level,
    summary AS message,
    kpi AS metric_type,
    value AS current_value,
    threshold,
    model,
    CASE WHEN context_size ~ '^[0-9]{1,9}$' THEN context_size::integer END AS context_size,
    jsonb_build_object(
      'service', service,
      'alertname', alertname,
      'context_size', context_size,
      'labels', labels,
      'annotations', annotations
    ) AS metadata,
    opened_at AS created_at,
    ends_at,
    closed_how,
    peak_value
  FROM alert_episodes;
COMMENT ON VIEW alerts IS 'One row for each alert episode; current_value is the value it began with, peak_value the worst one seen.';
