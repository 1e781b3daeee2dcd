-- The value of every KPI at each aligned instant.

-- No foreign key to series: one transaction writes rows and their series, series are never deleted, and the check
-- would double the cost of every insert.

CREATE TABLE snapshots (
  at        timestamptz NOT NULL,
  series_id integer NOT NULL,
  kpi       text NOT NULL,
  value     double precision,
  samples   double precision,
  mean      double precision,
  p50       double precision,
  p95       double precision,
  p99       double precision,
  max       double precision,
  buckets   numeric,
  PRIMARY KEY (at, series_id, kpi)
) PARTITION BY RANGE (at);
COMMENT ON TABLE snapshots IS 'Value of each KPI of each series at each aligned instant. One partition for each UTC day.';
COMMENT ON COLUMN snapshots.at IS 'Aligned instant (a multiple of the snapshot interval) the values are for.';
COMMENT ON COLUMN snapshots.series_id IS 'Service, model, context size and operation: series.id.';
COMMENT ON COLUMN snapshots.kpi IS 'Id of the KPI, such as f1_score.';
COMMENT ON COLUMN snapshots.value IS 'The KPI''s statistic over its window, in its unit; NULL while too few samples were seen.';
COMMENT ON COLUMN snapshots.samples IS 'Operations that came since the snapshot before, of a gauge its readings; each is in one snapshot. NULL where none came.';
COMMENT ON COLUMN snapshots.mean IS 'Mean over these operations; for a KPI that counts outcomes its ratio, which is the mean of 1 and 0. NULL where unknown.';
COMMENT ON COLUMN snapshots.p50 IS 'Median over the same operations; NULL unless the KPI is a distribution.';
COMMENT ON COLUMN snapshots.p95 IS '95th percentile over the same operations; NULL unless the KPI is a distribution.';
COMMENT ON COLUMN snapshots.p99 IS '99th percentile over the same operations; NULL unless the KPI is a distribution.';
COMMENT ON COLUMN snapshots.max IS 'Upper boundary of the highest histogram bucket that counted one of the same operations: nothing measured was above it. NULL unless the KPI is a distribution, and where a measurement was beyond the last boundary.';
COMMENT ON COLUMN snapshots.buckets IS 'How many of the same operations are in each histogram bucket, all in one number, which sum() adds up bucket by bucket: ask quantile_of_buckets and count_of_buckets. NULL unless the KPI is a distribution, and where buckets of different boundaries met.';

-- A number of twelve digits for each bucket: sum() of 200,000 such numbers takes 40 ms, unnesting as many arrays 2.6 s. At
-- most ten million operations are stored of a bucket of a snapshot, so that no sum of them reaches the digits of the next.
CREATE TABLE bucket_boundaries (
  kpi       text PRIMARY KEY,
  upper     double precision[] NOT NULL DEFAULT '{}',
  ascending integer[] NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE bucket_boundaries IS 'Which histogram bucket is which in snapshots.buckets. Boundaries are added at the end and never removed, whatever the configuration becomes.';
COMMENT ON COLUMN bucket_boundaries.kpi IS 'Id of the KPI.';
COMMENT ON COLUMN bucket_boundaries.upper IS 'Upper boundaries, in the KPI''s unit. The number of the first one''s bucket are the last twelve digits of buckets, that of the second one''s the twelve before them, and so on. Infinity: beyond the last boundary.';
COMMENT ON COLUMN bucket_boundaries.ascending IS 'Places in upper, in the order of the boundaries.';

CREATE FUNCTION count_of_buckets(buckets numeric) RETURNS double precision
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  rest numeric := buckets;
  total double precision := 0;
BEGIN
  WHILE rest > 0 LOOP
    total := total + rest % 1000000000000;
    rest := div(rest, 1000000000000);
  END LOOP;
  RETURN total;
END
$$;
COMMENT ON FUNCTION count_of_buckets IS 'How many operations are in buckets, such as sum(buckets) of snapshots.';

CREATE FUNCTION quantile_of_buckets(kpi text, buckets numeric, share double precision) RETURNS double precision
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
#variable_conflict use_column
DECLARE
  known bucket_boundaries;
  rest numeric := buckets;
  counts double precision[] := '{}';
  total double precision := 0;
  reached double precision := 0;
  lower double precision;
  place integer := 0;
BEGIN
  SELECT * INTO known FROM bucket_boundaries WHERE bucket_boundaries.kpi = quantile_of_buckets.kpi;
  WHILE rest > 0 LOOP
    place := place + 1;
    counts[place] := rest % 1000000000000;
    total := total + counts[place];
    rest := div(rest, 1000000000000);
  END LOOP;
  FOREACH place IN ARRAY coalesce(known.ascending, '{}') LOOP
    IF counts[place] > 0 THEN
      reached := reached + counts[place];
      IF reached >= share * total THEN
        IF known.upper[place] = 'Infinity' THEN RETURN lower; END IF;
        lower := coalesce(lower, least(0, known.upper[place]));
        RETURN lower + (known.upper[place] - lower) * greatest(0, 1 - (reached - share * total) / counts[place]);
      END IF;
    END IF;
    lower := known.upper[place];
  END LOOP;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION quantile_of_buckets IS 'The value up to which a share of the operations in buckets lies, such as 0.95 of sum(buckets): in the bucket that holds the true one, placed within it as if its operations were spread evenly. Beyond the last boundary it is that boundary. NULL without operations.';

-- Few readers want these rows, and most sums over snapshots would count them twice: so they have a table of their own.
CREATE TABLE snapshots_overall (
  at        timestamptz NOT NULL,
  series_id integer NOT NULL,
  kpi       text NOT NULL,
  value     double precision,
  samples   double precision,
  mean      double precision,
  p50       double precision,
  p95       double precision,
  p99       double precision,
  max       double precision,
  PRIMARY KEY (at, series_id, kpi)
) PARTITION BY RANGE (at);
COMMENT ON TABLE snapshots_overall IS 'The same over all operations of a service, model and context size, where several have the KPI: made from their counts, sums and buckets added up, never from their averages. One partition for each UTC day.';
COMMENT ON COLUMN snapshots_overall.at IS 'See snapshots.at.';
COMMENT ON COLUMN snapshots_overall.series_id IS 'A series of the service, model and context size, which stands for all of its operations: series.id.';
COMMENT ON COLUMN snapshots_overall.kpi IS 'Id of the KPI.';
COMMENT ON COLUMN snapshots_overall.value IS 'The KPI''s statistic over all operations; of a gauge the worst of them. NULL where it cannot be known: one operation is unknown, or they are judged by different statistics.';
COMMENT ON COLUMN snapshots_overall.samples IS 'Measurements of all operations.';
COMMENT ON COLUMN snapshots_overall.mean IS 'Sum of all measurements by their number.';
COMMENT ON COLUMN snapshots_overall.p50 IS 'Median of the buckets of all operations together.';
COMMENT ON COLUMN snapshots_overall.p95 IS '95th percentile of the same.';
COMMENT ON COLUMN snapshots_overall.p99 IS '99th percentile of the same.';
COMMENT ON COLUMN snapshots_overall.max IS 'The highest snapshots.max of the operations.';

CREATE TABLE snapshot_instants (
  at       timestamptz PRIMARY KEY,
  rows     integer NOT NULL,
  gap      text,
  taken_at timestamptz NOT NULL DEFAULT now()
);
-- Each refresh of a dashboard asks whether anything is new.
CREATE INDEX snapshot_instants_taken_at ON snapshot_instants (taken_at);
COMMENT ON TABLE snapshot_instants IS 'Every aligned instant that has its snapshot or is a known gap. An instant without a row is still to be filled.';
COMMENT ON COLUMN snapshot_instants.at IS 'The aligned instant.';
COMMENT ON COLUMN snapshot_instants.rows IS 'Rows of snapshots stored for it; 0 for a gap, and where no service reported anything.';
COMMENT ON COLUMN snapshot_instants.gap IS 'Why nothing is known of this instant; NULL where it has its snapshot.';
COMMENT ON COLUMN snapshot_instants.taken_at IS 'When the recorder stored it; much later than the instant where it was filled in after an outage.';
