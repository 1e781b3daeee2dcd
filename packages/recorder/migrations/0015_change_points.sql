-- The hour that change_points_of names is the first of the new level, also after values at the edge of the old one.
-- Pettitt's statistic tells that there is a change; its maximum lies early where the last values before were low.
CREATE OR REPLACE FUNCTION change_points_of(given double precision[], significance double precision DEFAULT 0.001,
                                            least_change double precision DEFAULT 0.05)
RETURNS TABLE (place integer, p_value double precision, before double precision, after double precision)
LANGUAGE plpgsql IMMUTABLE AS $$
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
    SELECT ranked.number, 2 * sum(ranked.rank) OVER (ORDER BY ranked.number) - ranked.number * (n + 1) AS u
    FROM (
      SELECT listed.number,
             rank() OVER (ORDER BY listed.value) + (count(*) OVER (PARTITION BY listed.value) - 1) / 2.0 AS rank
      FROM unnest(given) WITH ORDINALITY AS listed (value, number)
    ) AS ranked
  ) AS statistic
  WHERE statistic.number BETWEEN shortest AND n - shortest
  ORDER BY abs(statistic.u) DESC, statistic.number LIMIT 1;
  chance := least(1, 2 * exp(-6 * extent ^ 2 / (n::double precision ^ 3 + n::double precision ^ 2)));
  IF chance >= significance THEN RETURN; END IF;
  SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY listed.value) INTO earlier
  FROM unnest(given[greatest(1, cut - nearby + 1):cut]) AS listed (value);
  SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY listed.value) INTO later
  FROM unnest(given[cut + 1:least(n, cut + nearby)]) AS listed (value);
  -- The cut that leaves values the least away from the level of their side.
  SELECT summed.number INTO cut
  FROM (
    SELECT listed.number,
           sum(abs(listed.value - earlier) - abs(listed.value - later)) OVER (ORDER BY listed.number) AS deviation
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
COMMENT ON FUNCTION change_points_of IS 'Where a list of values changes for good: place of the first value of the new level, how likely such an order is without a change (Pettitt 1979, which stands outliers), and the medians of up to 24 values before and after. The place is the one that leaves values the least away from these medians. Parts on both sides are searched again (binary segmentation); changes smaller than least_change of the values are left out.';
