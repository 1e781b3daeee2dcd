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
    ) AS distributions
  FROM (
    SELECT DISTINCT ON (at, service, model, context_size, kpi)
      at, series_id, service, model, context_size, context_tokens, kpi,
      CASE WHEN NOT is_overall THEN operation END AS operation, value, samples, mean, p50, p95, p99, each.max
    FROM (
      SELECT *, false AS is_overall FROM snapshots
      UNION ALL
      SELECT *, true FROM snapshots_overall
    ) AS each JOIN series ON series.id = each.series_id
    ORDER BY at, service, model, context_size, kpi, is_overall DESC
  ) AS places
  GROUP BY at, service, model, context_size, context_tokens;
COMMENT ON VIEW performance_snapshots IS 'One row for each instant, service, model and context size, with a column for each built-in KPI over all operations (see snapshots_overall); unknown is NULL. metadata.operations names the operation of a KPI that has only one. distributions has count, mean, p50, p95, p99 and max of every KPI, custom ones too; see the columns of snapshots.';

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
    received_at AS created_at
  FROM measurements;
COMMENT ON VIEW performance_metrics IS 'One row for each single measurement that was kept.';

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
    peak_value
  FROM alert_episodes;
COMMENT ON VIEW alerts IS 'One row for each alert episode; current_value is the value it began with, peak_value the worst one seen. A superseded row whose ends_at equals its timestamp proved to be part of the episode before it.';
