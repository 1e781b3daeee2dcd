-- Comparisons over any time: for the API, and for people who write SQL.

-- Each series is added up before its name is looked up. The other way round, Postgres would read every hour of all
-- series once for each of them.

CREATE FUNCTION compare_models(since timestamptz, until timestamptz)
RETURNS TABLE (kpi text, service text, model text, context_size text, operation text, snapshots bigint,
               samples double precision, mean double precision, lowest double precision, highest double precision,
               p50 double precision, p95 double precision, p99 double precision, buckets numeric)
LANGUAGE sql STABLE AS $$
  SELECT added.kpi, series.service, series.model, series.context_size, series.operation, added.snapshots, added.samples,
         mean_of(added.samples_total, added.samples, added.total, added.snapshots), added.lowest, added.highest,
         quantile_of_buckets(added.kpi, added.buckets, 0.5), quantile_of_buckets(added.kpi, added.buckets, 0.95),
         quantile_of_buckets(added.kpi, added.buckets, 0.99), added.buckets
  FROM (
    SELECT parts.kpi, parts.series_id, sum(parts.count) AS snapshots, sum(parts.total) AS total,
           min(parts.lowest) AS lowest, max(parts.highest) AS highest, sum(parts.samples) AS samples,
           sum(parts.samples_total) AS samples_total, sum(parts.buckets) AS buckets
    FROM window_parts(since, until) AS parts GROUP BY parts.kpi, parts.series_id
  ) AS added JOIN series ON series.id = added.series_id
$$;
COMMENT ON FUNCTION compare_models IS 'Each KPI of each service, model, context size and operation from since to until, exactly, both included. snapshots: those with a value. samples: operations that mean is over, of a gauge its readings; NULL where none is known, and mean is then over the snapshots. lowest and highest: of the snapshots'' values, such as the p95 of latency. p50, p95 and p99: of all operations of the time together, from their buckets; NULL unless the KPI is a distribution. buckets: for other quantiles, and to put several rows together, by quantile_of_buckets. A gauge is read from a process, which several models may share.';

CREATE FUNCTION compare_weeks(since timestamptz, until timestamptz)
RETURNS TABLE (kpi text, service text, model text, context_size text, operation text, snapshots bigint,
               samples double precision, mean double precision, snapshots_before bigint, samples_before double precision,
               mean_before double precision, change double precision, p95 double precision,
               p95_before double precision)
LANGUAGE sql STABLE AS $$
  SELECT kpi, service, model, context_size, operation, now.snapshots, now.samples, now.mean, before.snapshots,
         before.samples, before.mean, (now.mean - before.mean) / nullif(abs(before.mean), 0), now.p95, before.p95
  FROM compare_models(since, until) AS now
  FULL JOIN compare_models(since - interval '168 hours', until - interval '168 hours') AS before
    USING (kpi, service, model, context_size, operation)
$$;
COMMENT ON FUNCTION compare_weeks IS 'Each KPI from since to until, exactly, beside the same time a week earlier; samples, means and p95 as in compare_models. change is the relative change of the mean; NULL where a side is missing or was 0.';

-- Grouped by one number, and named by the newest of each group: reading and comparing seven texts of every measurement would
-- take longer than all of the rest.
CREATE FUNCTION compare_measurements(since timestamptz, until timestamptz)
RETURNS TABLE (kpi text, service text, model text, context_size text, operation text, evaluator text, structure text,
               measurements bigint, breaches bigint, sampled bigint, stands_for double precision,
               mean double precision, mean_error double precision,
               median double precision, median_low double precision, median_high double precision,
               p95 double precision, p95_low double precision, p95_high double precision)
LANGUAGE sql STABLE SET work_mem = '64MB' AS $$
  SELECT named.*, listed.measurements, listed.breaches, listed.sampled, CASE WHEN listed.is_known THEN listed.total END,
         ranked.mean, ranked.error, half.value, half.low, half.high, most.value, most.low, most.high
  FROM (
    SELECT compared_as, max(at) AS newest, count(*) AS measurements, count(severity) AS breaches,
           count(*) FILTER (WHERE weight > 1) AS sampled, sum(weight) AS total,
           array_agg(value) AS given, array_agg(weight) AS weights,
           bool_and(sampling = 1) OR count(*) FILTER (WHERE weight > 1) >= 10 AS is_known
    FROM measurements WHERE at >= since AND at <= until AND value IS NOT NULL
    GROUP BY compared_as
  ) AS listed
  CROSS JOIN LATERAL (
    SELECT kpi, service, model, context_size, operation, metadata ->> 'evaluator', metadata ->> 'structure'
    FROM measurements WHERE at = listed.newest AND compared_as = listed.compared_as LIMIT 1
  ) AS named
  LEFT JOIN LATERAL ranked_values(listed.given, listed.weights) AS ranked ON listed.is_known
  LEFT JOIN LATERAL quantile_of(ranked.ascending, ranked.reached, ranked.spread, ranked.greatest_weight, 0.5) AS half ON listed.is_known
  LEFT JOIN LATERAL quantile_of(ranked.ascending, ranked.reached, ranked.spread, ranked.greatest_weight, 0.95) AS most ON listed.is_known
$$;
COMMENT ON FUNCTION compare_measurements IS 'All measurements of a time, estimated from those that were kept, with operations, evaluators (metadata.evaluator) and structures of a benchmark (metadata.structure) kept apart. Services keep every breach and a sample of the rest, so each counts by its weight. measurements: those that were kept, of them breaches at or beyond a threshold, and sampled for others. stands_for: how many there were, estimated. mean_error is a standard error; median and p95 lie from low to high in 95 of 100 samples: see weighted_mean and weighted_quantile. All of these are NULL where part was left out and fewer than 10 of a sample were kept: breaches alone say nothing of the rest.';
