-- The views that the specification names, for people who write SQL. The columns of the built-in KPIs come from the KPI
-- catalog, when the recorder applies this file.

CREATE VIEW performance_snapshots AS
  SELECT
    extract(epoch FROM at)::bigint * 1000000 + min(series_id) AS id,
    at AS "timestamp",
    model,
    context_tokens AS context_size,
    {{kpi_columns}},
    jsonb_build_object(
      'service', service,
      'context_size', context_size,
      'operations', jsonb_object_agg(kpi, operation),
      'samples', jsonb_object_agg(kpi, samples)
    ) AS metadata,
    at AS created_at,
    jsonb_object_agg(
      kpi,
      jsonb_build_object('count', samples, 'mean', mean, 'p50', p50, 'p95', p95, 'p99', p99, 'max', max)
    ) AS distributions,
    service,
    CASE WHEN bool_and(operation IS NOT NULL) AND min(nullif(operation, '')) = max(nullif(operation, ''))
      THEN min(nullif(operation, '')) END AS operation
  FROM (
    SELECT DISTINCT ON (at, service, model, context_size, kpi)
      at, series_id, service, model, context_size, context_tokens, kpi,
      CASE WHEN NOT is_overall THEN operation END AS operation, value, samples, mean, p50, p95, p99, each.max
    FROM (
      SELECT at, series_id, kpi, value, samples, mean, p50, p95, p99, max, false AS is_overall FROM snapshots
      UNION ALL
      SELECT *, true FROM snapshots_overall
    ) AS each JOIN series ON series.id = each.series_id
    ORDER BY at, service, model, context_size, kpi, is_overall DESC
  ) AS places
  GROUP BY at, service, model, context_size, context_tokens;
COMMENT ON VIEW performance_snapshots IS 'One row for each instant, service, model and context size, with a column for each built-in KPI over all operations (see snapshots_overall); unknown is NULL. metadata.operations names the operation of a KPI that has only one. distributions has count, mean, p50, p95, p99 and max of every KPI, custom ones too; see the columns of snapshots.';
COMMENT ON COLUMN performance_snapshots.id IS 'Key of the row: the instant and one of its series.';
COMMENT ON COLUMN performance_snapshots."timestamp" IS 'Aligned instant that the values are for.';
COMMENT ON COLUMN performance_snapshots.model IS 'Model in use.';
COMMENT ON COLUMN performance_snapshots.context_size IS 'Largest context size of the class, in tokens; NULL for the class without an upper end. metadata.context_size has the label.';
{{kpi_column_comments}}
COMMENT ON COLUMN performance_snapshots.metadata IS 'service, context_size as the label has it, operations (KPI to its operation; null where it is over several) and samples (KPI to the number of its operations since the snapshot before).';
COMMENT ON COLUMN performance_snapshots.created_at IS 'The same as timestamp.';
COMMENT ON COLUMN performance_snapshots.distributions IS 'KPI to its count, mean, p50, p95, p99 and max over the operations since the snapshot before; null where unknown. See kpi_values.';
COMMENT ON COLUMN performance_snapshots.service IS 'Service that the values come from. Several services can use one model: group by both.';
COMMENT ON COLUMN performance_snapshots.operation IS 'The operation, if all KPIs of the row have the same one; NULL where they have several or none. kpi_values has each operation.';

CREATE VIEW performance_metrics AS
  SELECT
    id,
    at AS "timestamp",
    kpi AS metric_type,
    value,
    model,
    context_tokens(context_size) AS context_size,
    metadata || jsonb_strip_nulls(jsonb_build_object(
      'service', service,
      'operation', nullif(operation, ''),
      'outcome', outcome,
      'trace_id', trace_id,
      'span_id', span_id
    )) AS metadata,
    received_at AS created_at,
    weight
  FROM measurements;
COMMENT ON VIEW performance_metrics IS 'One row for each single measurement that was kept: every breach, and a sample of the rest. A mean over these rows is not a mean over all operations: use weight, as in sum(weight * value) / sum(weight), or weighted_mean and weighted_quantile.';
COMMENT ON COLUMN performance_metrics.id IS 'Hash of its content: the same record sent twice is stored once.';
COMMENT ON COLUMN performance_metrics."timestamp" IS 'When it was measured.';
COMMENT ON COLUMN performance_metrics.metric_type IS 'Id of the KPI, such as f1_score.';
COMMENT ON COLUMN performance_metrics.value IS 'The value, in the KPI''s unit; 1 or 0 for a KPI that counts outcomes. NULL for an outcome that stays out of its ratio.';
COMMENT ON COLUMN performance_metrics.model IS 'Model in use.';
COMMENT ON COLUMN performance_metrics.context_size IS 'Largest context size of the class, in tokens; NULL for the class without an upper end.';
COMMENT ON COLUMN performance_metrics.metadata IS 'What the service sent with it, with service, operation, outcome, trace_id and span_id where they are known.';
COMMENT ON COLUMN performance_metrics.created_at IS 'When the recorder stored it.';
COMMENT ON COLUMN performance_metrics.weight IS 'How many measurements it stands for: 1 for a breach, and the inverse of the share that was kept for another.';

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
    context_tokens(context_size) AS context_size,
    jsonb_build_object(
      'service', service,
      'alertname', alertname,
      'context_size', context_size,
      'operation', operation,
      'labels', labels,
      'annotations', annotations
    ) AS metadata,
    opened_at AS created_at,
    ends_at,
    closed_how,
    peak_value,
    service,
    operation,
    (SELECT min(at) FROM alert_acknowledgements WHERE episode_id = alert_episodes.id) AS acknowledged_at,
    (SELECT by FROM alert_acknowledgements WHERE episode_id = alert_episodes.id ORDER BY id LIMIT 1) AS acknowledged_by
  FROM alert_episodes;
COMMENT ON VIEW alerts IS 'One row for each alert episode; current_value is the value it began with, peak_value the worst one seen. A superseded row whose ends_at equals its timestamp proved to be part of the episode before it.';
COMMENT ON COLUMN alerts.id IS 'Key of the episode; mnemoscope explain and changes_before take it.';
COMMENT ON COLUMN alerts."timestamp" IS 'First evaluation at which it fired.';
COMMENT ON COLUMN alerts.level IS 'info, warning, error or critical. A worse level fires beside the milder ones: each is a row.';
COMMENT ON COLUMN alerts.message IS 'What happened, for people.';
COMMENT ON COLUMN alerts.metric_type IS 'Id of the KPI; NULL for alerts of the pipeline about itself.';
COMMENT ON COLUMN alerts.current_value IS 'The value when it first fired, in the KPI''s unit; of an alert that misses a target too often, how many times as often as it allows. NULL where the recorder learned of it later and Prometheus has not kept it.';
COMMENT ON COLUMN alerts.threshold IS 'The threshold that was breached.';
COMMENT ON COLUMN alerts.model IS 'The model; NULL for alerts that concern none.';
COMMENT ON COLUMN alerts.context_size IS 'Largest context size of the class, in tokens; NULL for the class without an upper end and for alerts that concern none.';
COMMENT ON COLUMN alerts.metadata IS 'service, alertname, context_size and operation as the labels have them, all labels, and all annotations.';
COMMENT ON COLUMN alerts.created_at IS 'When the recorder stored it.';
COMMENT ON COLUMN alerts.ends_at IS 'First evaluation at which it no longer fired; NULL while it fires.';
COMMENT ON COLUMN alerts.closed_how IS 'resolved, reconciled, superseded or rule_removed: see alert_episodes.closed_how. NULL while it fires.';
COMMENT ON COLUMN alerts.peak_value IS 'The worst value seen while it fired.';
COMMENT ON COLUMN alerts.service IS 'Service that it is about; NULL for alerts that concern none.';
COMMENT ON COLUMN alerts.operation IS 'Operation that it is about; empty where the metric has none, NULL for alerts that concern no model.';
COMMENT ON COLUMN alerts.acknowledged_at IS 'When it was first acknowledged; NULL while it is not.';
COMMENT ON COLUMN alerts.acknowledged_by IS 'Who did so first, as they call themselves.';
