-- Snapshots and their hours with names in place of keys: what most questions of people are asked of.

CREATE VIEW kpi_values AS
  SELECT at, service, model, context_size, context_tokens, operation, kpi, value, samples, mean, p50, p95, p99, max, buckets
  FROM snapshots JOIN series ON series.id = series_id;
COMMENT ON VIEW kpi_values IS 'One row for each instant, service, model, context size, operation and KPI, custom ones too. Kept for retention.snapshotsDays.';
COMMENT ON COLUMN kpi_values.at IS 'Aligned instant that the values are for.';
COMMENT ON COLUMN kpi_values.service IS 'Service that the values come from.';
COMMENT ON COLUMN kpi_values.model IS 'Model in use.';
COMMENT ON COLUMN kpi_values.context_size IS 'Class of context sizes as the label has it: the largest size it holds, in tokens, or +Inf.';
COMMENT ON COLUMN kpi_values.context_tokens IS 'The same as a number; NULL for +Inf and for labels that are no number.';
COMMENT ON COLUMN kpi_values.operation IS 'Kind of operation; empty where the KPI has none.';
COMMENT ON COLUMN kpi_values.kpi IS 'Id of the KPI, such as f1_score.';
COMMENT ON COLUMN kpi_values.value IS 'The KPI''s statistic over its window, in its unit, by which it is judged; NULL while too few samples were seen.';
COMMENT ON COLUMN kpi_values.samples IS 'Operations since the snapshot before, of a gauge its readings; each is in one snapshot. NULL where none came.';
COMMENT ON COLUMN kpi_values.mean IS 'Mean over these operations. mean * samples is their sum, such as tokens or seconds.';
COMMENT ON COLUMN kpi_values.p50 IS 'Median over the same operations; NULL unless the KPI is a distribution.';
COMMENT ON COLUMN kpi_values.p95 IS '95th percentile over the same operations; NULL unless the KPI is a distribution.';
COMMENT ON COLUMN kpi_values.p99 IS '99th percentile over the same operations; NULL unless the KPI is a distribution.';
COMMENT ON COLUMN kpi_values.max IS 'Upper boundary of the highest histogram bucket that counted one of them: nothing measured was above it. NULL unless the KPI is a distribution, and where a measurement was beyond the last boundary.';
COMMENT ON COLUMN kpi_values.buckets IS 'How many of them are in each histogram bucket. To put rows together: quantile_of_buckets(kpi, sum(buckets), 0.95) is the p95 of all their operations.';

CREATE VIEW kpi_hours AS
  SELECT hour, service, model, context_size, context_tokens, operation, kpi, count AS snapshots, samples,
         mean_of(samples_total, samples, total, count) AS mean, samples_total AS sum, least AS lowest, greatest AS highest,
         quantile_of_buckets(kpi, buckets, 0.5) AS p50, quantile_of_buckets(kpi, buckets, 0.95) AS p95,
         quantile_of_buckets(kpi, buckets, 0.99) AS p99, buckets
  FROM snapshots_hourly JOIN rolled_up_hours USING (hour) JOIN series ON series.id = series_id;
COMMENT ON VIEW kpi_hours IS 'The same in full hours, added up: fast over weeks, and kept for retention.hourlyDays. An hour appears a few minutes after it is over.';
COMMENT ON COLUMN kpi_hours.hour IS 'Start of the hour.';
COMMENT ON COLUMN kpi_hours.service IS 'Service that the values come from.';
COMMENT ON COLUMN kpi_hours.model IS 'Model in use.';
COMMENT ON COLUMN kpi_hours.context_size IS 'Class of context sizes as the label has it: the largest size it holds, in tokens, or +Inf.';
COMMENT ON COLUMN kpi_hours.context_tokens IS 'The same as a number; NULL for +Inf and for labels that are no number.';
COMMENT ON COLUMN kpi_hours.operation IS 'Kind of operation; empty where the KPI has none.';
COMMENT ON COLUMN kpi_hours.kpi IS 'Id of the KPI.';
COMMENT ON COLUMN kpi_hours.snapshots IS 'Snapshots with a value.';
COMMENT ON COLUMN kpi_hours.samples IS 'Operations of the hour, of a gauge its readings. NULL where none is known.';
COMMENT ON COLUMN kpi_hours.mean IS 'Mean over these operations; without any the mean of the snapshots'' values.';
COMMENT ON COLUMN kpi_hours.sum IS 'Sum over these operations, such as tokens or seconds. To add up hours, divide the sum of sum by the sum of samples: a mean of means would count a quiet hour like a busy one.';
COMMENT ON COLUMN kpi_hours.lowest IS 'Lowest value of a snapshot, such as the lowest p95 of latency.';
COMMENT ON COLUMN kpi_hours.highest IS 'Highest value of a snapshot.';
COMMENT ON COLUMN kpi_hours.p50 IS 'Median of the operations of the hour, from their buckets; NULL unless the KPI is a distribution.';
COMMENT ON COLUMN kpi_hours.p95 IS '95th percentile of the operations of the hour, from their buckets: no mean of the p95s of snapshots.';
COMMENT ON COLUMN kpi_hours.p99 IS '99th percentile of the operations of the hour, from their buckets.';
COMMENT ON COLUMN kpi_hours.buckets IS 'How many of them are in each histogram bucket. To put hours together: quantile_of_buckets(kpi, sum(buckets), 0.95).';
