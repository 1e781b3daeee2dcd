-- The structure that a benchmark measured is told apart also where an evaluator is named.

DROP FUNCTION compare_measurements(timestamptz, timestamptz);
CREATE FUNCTION compare_measurements(since timestamptz, until timestamptz)
RETURNS TABLE (kpi text, service text, model text, context_size text, operation text, evaluator text, structure text,
               measurements bigint, breaches bigint, median double precision, p95 double precision)
LANGUAGE sql STABLE AS $$
  SELECT kpi, service, model, context_size, operation, metadata ->> 'evaluator', metadata ->> 'structure',
         count(*), count(severity), percentile_cont(0.5) WITHIN GROUP (ORDER BY value),
         percentile_cont(0.95) WITHIN GROUP (ORDER BY value)
  FROM measurements WHERE at >= since AND at <= until AND value IS NOT NULL
  GROUP BY 1, 2, 3, 4, 5, 6, 7
$$;
COMMENT ON FUNCTION compare_measurements IS 'Single measurements that were kept over a time, with operations, evaluators (metadata.evaluator) and structures of a benchmark (metadata.structure) kept apart. Breaches are always kept and others sampled, so these are figures of what was kept, not of all operations.';
