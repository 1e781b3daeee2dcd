-- Snapshots keep the mean and the upper end of what was measured too, whatever statistic is judged.

ALTER TABLE snapshots ADD COLUMN mean double precision, ADD COLUMN max double precision;
COMMENT ON COLUMN snapshots.mean IS 'Mean over the same window; for a KPI that counts outcomes its ratio, which is the mean of 1 and 0. NULL where unknown, and in snapshots older than this column.';
COMMENT ON COLUMN snapshots.max IS 'Upper boundary of the highest histogram bucket that counted a measurement in the same window: nothing measured was above it. NULL where something was beyond the last boundary, unless the KPI is a distribution, and in snapshots older than this column.';
COMMENT ON COLUMN snapshots.samples IS 'Measurements behind value: the count of the same window. A fraction is possible: Prometheus extrapolates to the window''s edges.';

CREATE OR REPLACE VIEW performance_snapshots AS
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
    snapshots.at AS created_at,
    jsonb_object_agg(
      kpi,
      jsonb_build_object('count', samples, 'mean', mean, 'p50', p50, 'p95', p95, 'p99', p99, 'max', snapshots.max)
    ) AS distributions
  FROM snapshots JOIN series ON series.id = snapshots.series_id
  GROUP BY snapshots.at, snapshots.series_id, series.id;
COMMENT ON VIEW performance_snapshots IS 'One row for each instant, service, model and context size, with a column for each built-in KPI; unknown is NULL. distributions has count, mean, p50, p95, p99 and max of every KPI, custom ones too; see the columns of snapshots.';
