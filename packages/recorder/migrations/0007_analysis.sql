-- Questions about longer times, asked of the hours that are added up: by the API, and by whoever writes SQL.

CREATE FUNCTION hourly_values(since timestamptz, until timestamptz)
RETURNS TABLE (hour timestamptz, series_id integer, kpi text, count integer, total double precision,
               lowest double precision, highest double precision)
LANGUAGE sql STABLE AS $$
  SELECT added.hour, added.series_id, added.kpi, added.count, added.total, added.least, added.greatest
  FROM snapshots_hourly AS added JOIN rolled_up_hours USING (hour)
  WHERE added.hour >= date_bin('1 hour', since, 'epoch') AND added.hour < until
  UNION ALL
  SELECT open.hour, snapshots.series_id, snapshots.kpi, count(snapshots.value)::integer, sum(snapshots.value),
         min(snapshots.value), max(snapshots.value)
  FROM (
    SELECT DISTINCT date_bin('1 hour', at, 'epoch') AS hour FROM snapshot_instants
    WHERE rows > 0 AND at >= date_bin('1 hour', since, 'epoch') AND at < until
  ) AS open
  JOIN snapshots ON snapshots.at >= open.hour AND snapshots.at < open.hour + interval '1 hour'
  WHERE NOT EXISTS (SELECT FROM rolled_up_hours WHERE rolled_up_hours.hour = open.hour)
  GROUP BY 1, 2, 3 HAVING count(snapshots.value) > 0
$$;
COMMENT ON FUNCTION hourly_values IS 'Each KPI of each series by the hour, from the hour that holds since to the one that holds until: from the roll-ups, and for hours without one from the snapshots themselves.';

CREATE FUNCTION compare_models(since timestamptz, until timestamptz)
RETURNS TABLE (kpi text, service text, model text, context_size text, snapshots bigint, mean double precision,
               lowest double precision, highest double precision)
LANGUAGE sql STABLE AS $$
  SELECT hours.kpi, series.service, series.model, series.context_size, sum(hours.count),
         sum(hours.total) / sum(hours.count), min(hours.lowest), max(hours.highest)
  FROM hourly_values(since, until) AS hours JOIN series ON series.id = hours.series_id
  GROUP BY hours.kpi, series.service, series.model, series.context_size
$$;
COMMENT ON FUNCTION compare_models IS 'Each KPI of each service, model and context size over a time: snapshots with a value, their mean, least and greatest value.';

CREATE FUNCTION compare_measurements(since timestamptz, until timestamptz)
RETURNS TABLE (kpi text, service text, model text, context_size text, operation text, evaluator text,
               measurements bigint, breaches bigint, median double precision, p95 double precision)
LANGUAGE sql STABLE AS $$
  SELECT kpi, service, model, context_size, operation, coalesce(metadata ->> 'evaluator', metadata ->> 'structure'),
         count(*), count(severity), percentile_cont(0.5) WITHIN GROUP (ORDER BY value),
         percentile_cont(0.95) WITHIN GROUP (ORDER BY value)
  FROM measurements WHERE at >= since AND at <= until AND value IS NOT NULL
  GROUP BY 1, 2, 3, 4, 5, 6
$$;
COMMENT ON FUNCTION compare_measurements IS 'Single measurements that were kept over a time, with operations and evaluators (metadata.evaluator, or the structure of a benchmark) kept apart. Breaches are always kept and others sampled, so these are figures of what was kept, not of all operations.';

CREATE FUNCTION compare_weeks(since timestamptz, until timestamptz)
RETURNS TABLE (kpi text, service text, model text, context_size text, snapshots bigint, mean double precision,
               snapshots_before bigint, mean_before double precision, change double precision)
LANGUAGE sql STABLE AS $$
  SELECT kpi, service, model, context_size, now.snapshots, now.mean, before.snapshots, before.mean,
         (now.mean - before.mean) / nullif(abs(before.mean), 0)
  FROM compare_models(since, until) AS now
  FULL JOIN compare_models(since - interval '168 hours', until - interval '168 hours') AS before
    USING (kpi, service, model, context_size)
$$;
COMMENT ON FUNCTION compare_weeks IS 'Each KPI over a time beside the same time a week earlier; change is the share by which the mean moved, NULL where a side is missing or was 0.';

CREATE FUNCTION change_points_of(given double precision[], significance double precision DEFAULT 0.001,
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
  RETURN QUERY SELECT * FROM change_points_of(given[1:cut], significance, least_change);
  IF abs(later - earlier) >= least_change * greatest(abs(earlier), abs(later)) AND later <> earlier THEN
    RETURN QUERY SELECT cut + 1, chance, earlier, later;
  END IF;
  RETURN QUERY SELECT part.place + cut, part.p_value, part.before, part.after
    FROM change_points_of(given[cut + 1:n], significance, least_change) AS part;
END
$$;
COMMENT ON FUNCTION change_points_of IS 'Where a list of values changes for good: place of the first value of the new level, how likely such an order is without a change (Pettitt 1979, which stands outliers), and the medians of up to 24 values before and after. Parts on both sides are searched again (binary segmentation); changes smaller than least_change of the values are left out.';

CREATE FUNCTION change_points(since timestamptz, until timestamptz, only_kpi text DEFAULT NULL,
                              only_model text DEFAULT NULL)
RETURNS TABLE (kpi text, service text, model text, context_size text, at timestamptz, p_value double precision,
               before double precision, after double precision)
LANGUAGE sql STABLE AS $$
  SELECT listed.kpi, series.service, series.model, series.context_size, listed.hours[found.place], found.p_value,
         found.before, found.after
  FROM (
    SELECT series_id, kpi, array_agg(total / count ORDER BY hour) AS means, array_agg(hour ORDER BY hour) AS hours
    FROM hourly_values(since, until)
    WHERE (only_kpi IS NULL OR kpi = only_kpi)
      AND (only_model IS NULL OR series_id IN (SELECT id FROM series WHERE model = only_model))
    GROUP BY series_id, kpi
  ) AS listed
  JOIN series ON series.id = listed.series_id
  CROSS JOIN LATERAL change_points_of(listed.means) AS found
$$;
COMMENT ON FUNCTION change_points IS 'When the hourly mean of a KPI of a series changed for good within a time of at least 16 hours with values: the hour at which the new level begins, and the medians before and after. See change_points_of.';

CREATE FUNCTION config_changes_before(episode bigint, within interval DEFAULT '6 hours')
RETURNS TABLE (id bigint, at timestamptz, by text, source text, differences jsonb)
LANGUAGE sql STABLE AS $$
  SELECT changes.id, changes.at, changes.by, changes.source, changes.differences
  FROM alert_episodes AS begun JOIN config_changes AS changes
    ON changes.at <= begun.starts_at AND changes.at >= begun.starts_at - within
  WHERE begun.id = episode AND changes.previous_sha256 IS NOT NULL
$$;
COMMENT ON FUNCTION config_changes_before IS 'Changes of the configuration that came into force shortly before an alert episode began.';
