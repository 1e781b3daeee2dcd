-- When the level of a KPI changed.

CREATE FUNCTION change_points_of(given double precision[], significance double precision DEFAULT 0.001,
                                 least_change double precision DEFAULT 0.05)
RETURNS TABLE (place integer, p_value double precision, before double precision, after double precision)
LANGUAGE plpgsql IMMUTABLE ROWS 2 AS $$
DECLARE
  -- Shorter parts can't be told from noise at any reasonable significance.
  shortest constant integer := 8;
  nearby constant integer := 24;
  n constant integer := cardinality(given);
  cut integer;
  extent double precision;
  chance double precision;
  earlier double precision;
  later double precision;
BEGIN
  IF n < 2 * shortest THEN RETURN; END IF;
  SELECT statistic.number, abs(statistic.u) INTO cut, extent
  FROM (
    SELECT ranked.number,
           sum(ranked.doubled) OVER (ORDER BY ranked.number ROWS UNBOUNDED PRECEDING) - ranked.number * (n + 1) AS u
    FROM (
      -- Twice the middle rank of values that are alike: they are counted with all before them. Half ranks are no
      -- integers, and the sum of bigint is numeric: ten times as slow.
      SELECT listed.number, (rank() OVER alike + count(*) OVER alike)::integer AS doubled
      FROM unnest(given) WITH ORDINALITY AS listed (value, number)
      WINDOW alike AS (ORDER BY listed.value)
    ) AS ranked
  ) AS statistic
  WHERE statistic.number BETWEEN shortest AND n - shortest
  ORDER BY abs(statistic.u) DESC, statistic.number LIMIT 1;
  -- exp fails below e^-700, which a clear step in more than 1,900 values reaches.
  chance := least(1, 2 * exp(greatest(-700, -6 * extent ^ 2 / (n::double precision ^ 3 + n::double precision ^ 2))));
  IF chance >= significance THEN RETURN; END IF;
  SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY listed.value) INTO earlier
  FROM unnest(given[greatest(1, cut - nearby + 1):cut]) AS listed (value);
  SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY listed.value) INTO later
  FROM unnest(given[cut + 1:least(n, cut + nearby)]) AS listed (value);
  -- The cut that leaves values the least away from the level of their side.
  SELECT summed.number INTO cut
  FROM (
    SELECT listed.number, sum(abs(listed.value - earlier) - abs(listed.value - later))
                            OVER (ORDER BY listed.number ROWS UNBOUNDED PRECEDING) AS deviation
    FROM unnest(given) WITH ORDINALITY AS listed (value, number)
  ) AS summed
  WHERE summed.number BETWEEN greatest(shortest, cut - nearby) AND least(n - shortest, cut + nearby)
  ORDER BY summed.deviation, abs(summed.number - cut), summed.number LIMIT 1;
  RETURN QUERY SELECT * FROM change_points_of(given[1:cut], significance, least_change);
  IF abs(later - earlier) >= least_change * greatest(abs(earlier), abs(later)) AND later <> earlier THEN
    RETURN QUERY SELECT cut + 1, chance, earlier, later;
  END IF;
  RETURN QUERY SELECT part.place + cut, part.p_value, part.before, part.after
    FROM change_points_of(given[cut + 1:n], significance, least_change) AS part;
END
$$;
COMMENT ON FUNCTION change_points_of IS 'Where the level of a list of values changes: place of the first value of the new level, how likely such an order is without a change (Pettitt 1979, robust against outliers), and the medians of up to 24 values before and after. The place is the one that leaves values the least away from these medians. Parts on both sides are searched again (binary segmentation); changes smaller than least_change of the values are left out.';

CREATE FUNCTION may_change(given double precision[], times timestamptz[], significance double precision DEFAULT 0.001)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  n constant integer := cardinality(given);
  parts timestamptz[];
  unlike integer;
  extent double precision;
BEGIN
  SELECT array_agg(date_bin('12 hours', listed.time, 'epoch') ORDER BY listed.value), count(DISTINCT listed.value)
  INTO parts, unlike
  FROM unnest(given, times) AS listed (value, time);
  IF unlike = 1 THEN RETURN false; END IF;
  -- Pettitt's statistic after each half day. In between, a value moves it by at most n - 1, away from the nearer end.
  -- Values that are alike should share their middle rank; whichever places they took among them, that moves it by at
  -- most a quarter of the square of their number.
  SELECT max(abs(statistic.u)) + max(statistic.held) / 2.0 * (n - 1) + (n - unlike + 1) ^ 2 / 4.0 INTO extent
  FROM (
    SELECT sum(sum(2 * ranked.place - n - 1)::integer) OVER (ORDER BY ranked.part ROWS UNBOUNDED PRECEDING) AS u,
           count(*) AS held
    FROM unnest(parts) WITH ORDINALITY AS ranked (part, place)
    GROUP BY ranked.part
  ) AS statistic;
  RETURN 2 * exp(greatest(-700, -6 * extent ^ 2 / (n::double precision ^ 3 + n::double precision ^ 2))) < significance;
END
$$;
COMMENT ON FUNCTION may_change IS 'Whether change_points_of could find anything in the values of these times, which come in any order: false is certain and fast to find; true only means that change_points_of has to look.';

-- Each list is sorted by itself, and only if it may change: all values at once would not fit in memory.
CREATE FUNCTION change_points(since timestamptz, until timestamptz, only_kpi text DEFAULT NULL,
                              only_model text DEFAULT NULL)
RETURNS TABLE (kpi text, service text, model text, context_size text, operation text, at timestamptz, p_value double precision,
               before double precision, after double precision)
LANGUAGE sql STABLE AS $$
  SELECT listed.kpi, series.service, series.model, series.context_size, series.operation, sorted.hours[found.place], found.p_value,
         found.before, found.after
  FROM (
    SELECT series_id, kpi, array_agg(total / count) AS means, array_agg(hour) AS hours
    FROM (
      -- What is in several parts is one value. A longer window has as many values as half a month of hours.
      SELECT series_id, kpi, hour, sum(total) AS total, sum(count) AS count
      FROM (
        SELECT hour, series_id, kpi, total, count FROM window_values(since, until)
        WHERE until - since <= interval '15 days'
        UNION ALL
        SELECT date_bin('6 hours', start, 'epoch'), series_id, kpi, total, count FROM window_parts(since, until)
        WHERE until - since > interval '15 days'
      ) AS parts
      WHERE count > 0 AND (only_kpi IS NULL OR kpi = only_kpi)
        AND (only_model IS NULL OR series_id IN (SELECT id FROM series WHERE model = only_model))
      GROUP BY series_id, kpi, hour
    ) AS added
    GROUP BY series_id, kpi
  ) AS listed
  JOIN series ON series.id = listed.series_id
  CROSS JOIN LATERAL (
    SELECT array_agg(mean ORDER BY hour) AS means, array_agg(hour ORDER BY hour) AS hours
    FROM unnest(listed.means, listed.hours) AS unsorted (mean, hour)
  ) AS sorted
  CROSS JOIN LATERAL change_points_of(sorted.means) AS found
  WHERE may_change(listed.means, listed.hours)
$$;
COMMENT ON FUNCTION change_points IS 'When the level of a KPI of a series changed from since to until, exactly, a time of at least 16 hours with values. It goes by the hourly means of the snapshots'' values, such as the p95 of latency, in a time of more than 15 days by means of six hours: the hour (or the six) at which the new level begins, and the medians of up to 24 of these means before and after. See change_points_of.';
