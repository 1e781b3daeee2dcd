-- Single measurements. Services send a sample of them, and all those beyond a threshold.

-- Columns of a fixed width come first: a comparison of a month reads these alone.
CREATE TABLE measurements (
  at           timestamptz NOT NULL,
  id           uuid NOT NULL,
  value        double precision,
  weight       double precision NOT NULL DEFAULT 1,
  sampling     double precision NOT NULL DEFAULT 1,
  received_at  timestamptz NOT NULL DEFAULT now(),
  compared_as  bigint NOT NULL GENERATED ALWAYS AS (hash_array_extended(
    ARRAY[kpi, service, model, context_size, operation, metadata ->> 'evaluator', metadata ->> 'structure'], 0)) STORED,
  kpi          text NOT NULL,
  outcome      text,
  service      text NOT NULL,
  model        text NOT NULL,
  context_size text NOT NULL,
  operation    text NOT NULL DEFAULT '',
  severity     text,
  trace_id     text,
  span_id      text,
  metadata     jsonb NOT NULL,
  PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
CREATE INDEX measurements_place ON measurements (kpi, model, at);
-- For the worst measurements of a KPI over a month: without it, Postgres would read them all.
CREATE INDEX measurements_worst ON measurements (kpi, model, value, at);
COMMENT ON TABLE measurements IS 'Single measurements with what is known of the operation behind them. One partition for each UTC day.';
COMMENT ON COLUMN measurements.at IS 'When it was measured.';
COMMENT ON COLUMN measurements.id IS 'Hash of its content: the same record sent twice is stored once.';
COMMENT ON COLUMN measurements.kpi IS 'Id of the KPI.';
COMMENT ON COLUMN measurements.value IS 'The value, in the KPI''s unit; for a KPI that counts outcomes 1 or 0, NULL for an outcome that stays out of its ratio.';
COMMENT ON COLUMN measurements.outcome IS 'The outcome, for a KPI that counts them.';
COMMENT ON COLUMN measurements.service IS 'Service that measured it: service.name.';
COMMENT ON COLUMN measurements.model IS 'Model in use.';
COMMENT ON COLUMN measurements.context_size IS 'Class of context sizes as the label has it: tokens, or +Inf.';
COMMENT ON COLUMN measurements.operation IS 'Kind of operation; empty where none was named.';
COMMENT ON COLUMN measurements.severity IS 'Level whose threshold it is at or beyond; NULL where it is beyond none.';
COMMENT ON COLUMN measurements.trace_id IS 'Trace it was measured in, 32 hex digits; NULL outside of traces.';
COMMENT ON COLUMN measurements.span_id IS 'Span it was measured in, 16 hex digits.';
COMMENT ON COLUMN measurements.metadata IS 'Further details from the service that are too varied for labels.';
COMMENT ON COLUMN measurements.weight IS 'How many measurements it stands for: 1 for a breach, which is always kept, and 1 / sampling for another. Sums with this weight estimate sums over all measurements.';
COMMENT ON COLUMN measurements.sampling IS 'Share of the measurements that are no breaches that its service kept at that time, 0 to 1.';
COMMENT ON COLUMN measurements.compared_as IS 'Hash of what compare_measurements keeps apart: KPI, service, model, context size, operation, evaluator and structure. One number is grouped faster than seven texts.';
COMMENT ON COLUMN measurements.received_at IS 'When the recorder stored it.';

-- Statistics of a sample of which each value was kept by chance, independently of the others, with probability 1 / weight
-- (Poisson sampling). The errors are those of the chance alone: what a service measured wrongly, no error knows.

-- Ranked once, so that any number of quantiles is looked up by halving. Values are taken from the first one on, so that a
-- small spread of large values is not lost in squares. Of equal weights, nothing has to be added up along the way: this is
-- the usual case, and takes half the time.
CREATE FUNCTION ranked_values(given double precision[], weights double precision[])
RETURNS TABLE (ascending double precision[], reached double precision[], spread double precision[], greatest_weight double precision,
               mean double precision, error double precision)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ascending, NULL::double precision[], NULL::double precision[], weight, mean,
         sqrt(weight * (weight - 1) * squares) / (weight * cardinality(ascending))
  FROM (
    SELECT array_agg(value ORDER BY value) AS ascending, weights[1] AS weight, avg(value) AS mean,
           count(*) * var_pop(value) AS squares
    FROM unnest(given) AS each (value)
  ) AS added
  WHERE weights = array_fill(weights[1], ARRAY[cardinality(weights)])
  UNION ALL
  SELECT ascending, reached, spread, greatest_weight, given[1] + beyond,
         sqrt(greatest(0, squares - 2 * beyond * products + beyond ^ 2 * spread[cardinality(spread)])) / reached[cardinality(reached)]
  FROM (
    SELECT array_agg(value) AS ascending, array_agg(reached) AS reached, array_agg(spread) AS spread,
           max(weight) AS greatest_weight, sum(weight * moved) / sum(weight) AS beyond, sum(own * moved) AS products,
           sum(own * moved * moved) AS squares
    FROM (
      SELECT value, value - given[1] AS moved, weight, weight * (weight - 1) AS own,
             sum(weight) OVER in_order AS reached, sum(weight * (weight - 1)) OVER in_order AS spread
      FROM unnest(given, weights) AS each (value, weight)
      WINDOW in_order AS (ORDER BY value ROWS UNBOUNDED PRECEDING)
    ) AS ranked
  ) AS added
  WHERE weights <> array_fill(weights[1], ARRAY[cardinality(weights)])
$$;
COMMENT ON FUNCTION ranked_values IS 'Values in ascending order, each with the weight up to it and with what it adds to the variance of that weight, which quantile_of reads; and their weighted_mean. reached and spread are NULL where all weights are equal: they are multiples of the rank then.';

CREATE FUNCTION weighted_mean(given double precision[], weights double precision[])
RETURNS TABLE (mean double precision, error double precision)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ranked.mean, ranked.error FROM ranked_values(given, weights) AS ranked
$$;
COMMENT ON FUNCTION weighted_mean IS 'Mean of all measurements, estimated from those that were kept, with its standard error: the ratio of two Horvitz-Thompson sums, and its variance for Poisson sampling (Särndal, Swensson and Wretman, Model Assisted Survey Sampling, 1992, chapter 5). What is always kept has no error.';

CREATE FUNCTION quantile_of(ascending double precision[], reached double precision[], spread double precision[],
  greatest_weight double precision, share double precision)
RETURNS TABLE (value double precision, low double precision, high double precision)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ascending[place],
    CASE WHEN share - margin >= 0 THEN ascending[CASE
      WHEN reached IS NULL THEN floor((share - margin) * total / greatest_weight) ELSE width_bucket((share - margin) * total, reached)
    END::integer + 1] END,
    CASE WHEN share + margin <= 1 THEN ascending[CASE
      WHEN reached IS NULL THEN floor((share + margin) * total / greatest_weight) ELSE width_bucket((share + margin) * total, reached)
    END::integer + 1] END
  -- Sums of fractions end a little beside whole numbers.
  FROM (SELECT coalesce(reached[cardinality(reached)], greatest_weight * cardinality(ascending)) * (1 - 1e-9) AS total,
          greatest_weight * (greatest_weight - 1) AS most) AS totals,
    LATERAL (SELECT CASE
      WHEN reached IS NULL THEN floor(share * total / greatest_weight) ELSE width_bucket(share * total, reached)
    END::integer + 1 AS place) AS found,
    LATERAL (SELECT coalesce(spread[place], most * place) AS below,
      coalesce(spread[cardinality(spread)], most * cardinality(ascending)) AS whole) AS spreads,
    -- As if one more of the sample lay on either side: beyond the last value, the sample itself has no error.
    LATERAL (SELECT 1.96 / total * sqrt((below + most) * (1 - share) ^ 2 + (whole - below + most) * share ^ 2) AS margin) AS error
$$;
COMMENT ON FUNCTION quantile_of IS 'weighted_quantile of values that ranked_values has ranked.';

CREATE FUNCTION weighted_quantile(given double precision[], weights double precision[], share double precision)
RETURNS TABLE (value double precision, low double precision, high double precision)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT found.* FROM ranked_values(given, weights) AS ranked,
    quantile_of(ranked.ascending, ranked.reached, ranked.spread, ranked.greatest_weight, share) AS found
$$;
COMMENT ON FUNCTION weighted_quantile IS 'The least value that a share of all measurements does not exceed, estimated from those that were kept. low and high are an interval that holds the true one in 95 of 100 samples: those of the shares that the error of the estimated share reaches (Woodruff, Confidence Intervals for Medians and Other Position Measures, 1952, JASA 47, 635-646). NULL for an end that lies beyond everything that was kept.';
