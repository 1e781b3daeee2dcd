-- Measurements are gathered by hash. Nobody can tell Postgres how few kinds of them there are, since two of what tells them
-- apart lie in metadata; it would sort all of them by seven texts, which takes twice the time.
CREATE OR REPLACE FUNCTION compare_measurements(since timestamptz, until timestamptz)
RETURNS TABLE (kpi text, service text, model text, context_size text, operation text, evaluator text, structure text,
               measurements bigint, breaches bigint, median double precision, p95 double precision)
LANGUAGE sql STABLE SET enable_sort = off SET work_mem = '64MB' AS $$
  SELECT listed.kpi, listed.service, listed.model, listed.context_size, listed.operation, listed.evaluator,
         listed.structure, listed.measurements, listed.breaches, quantiles.half, quantiles.most
  FROM (
    SELECT kpi, service, model, context_size, operation, metadata ->> 'evaluator' AS evaluator,
           metadata ->> 'structure' AS structure, count(*) AS measurements, count(severity) AS breaches,
           array_agg(value) AS given
    FROM measurements WHERE at >= since AND at <= until AND value IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5, 6, 7
  ) AS listed CROSS JOIN LATERAL (
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY each.value) AS half,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY each.value) AS most
    FROM unnest(listed.given) AS each (value)
  ) AS quantiles
$$;
