-- Questions about longer times cost what they read, and Postgres knows it: plans that looked a hundred thousand times
-- dearer than they were had it compile them for a second, sort instead of hash, and could have it read every snapshot.

-- STRICT keeps the function out of the plan of its caller: there, Postgres counted on every partition for every hour.
CREATE FUNCTION snapshots_of_hour(start timestamptz)
RETURNS TABLE (series_id integer, kpi text, count integer, total double precision, lowest double precision,
               highest double precision)
LANGUAGE sql STABLE STRICT ROWS 250 AS $$
  SELECT snapshots.series_id, snapshots.kpi, count(snapshots.value)::integer, sum(snapshots.value),
         min(snapshots.value), max(snapshots.value)
  FROM snapshots WHERE snapshots.at >= start AND snapshots.at < start + interval '1 hour'
  GROUP BY snapshots.series_id, snapshots.kpi HAVING count(snapshots.value) > 0
$$;
COMMENT ON FUNCTION snapshots_of_hour IS 'The snapshots of the hour that begins at start, added up: each KPI of each series that has a value in it.';

-- Hours without a roll-up are few. They are looked for hour by hour, not instant by instant.
CREATE OR REPLACE FUNCTION hourly_values(since timestamptz, until timestamptz)
RETURNS TABLE (hour timestamptz, series_id integer, kpi text, count integer, total double precision,
               lowest double precision, highest double precision)
LANGUAGE sql STABLE AS $$
  SELECT added.hour, added.series_id, added.kpi, added.count, added.total, added.least, added.greatest
  FROM snapshots_hourly AS added JOIN rolled_up_hours USING (hour)
  WHERE added.hour >= date_bin('1 hour', since, 'epoch') AND added.hour < until
  UNION ALL
  SELECT open.hour, read.series_id, read.kpi, read.count, read.total, read.lowest, read.highest
  FROM generate_series(
    (SELECT date_bin('1 hour', min(at), 'epoch') FROM snapshot_instants
     WHERE rows > 0 AND at >= date_bin('1 hour', since, 'epoch') AND at < until),
    (SELECT max(at) FROM snapshot_instants
     WHERE rows > 0 AND at >= date_bin('1 hour', since, 'epoch') AND at < until),
    interval '1 hour'
  ) AS open (hour)
  CROSS JOIN LATERAL snapshots_of_hour(open.hour) AS read
  WHERE NOT EXISTS (SELECT FROM rolled_up_hours WHERE rolled_up_hours.hour = open.hour)
    AND EXISTS (SELECT FROM snapshot_instants
                WHERE rows > 0 AND at >= open.hour AND at < open.hour + interval '1 hour')
$$;

CREATE OR REPLACE FUNCTION change_points_of(given double precision[], significance double precision DEFAULT 0.001,
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
  -- Below e^-700 Postgres would refuse to tell: a clear step in more than 1,900 values.
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
  -- Pettitt's statistic after each half day. In between, a value moves it by n - 1 at the most, away from the nearer end.
  -- Values that are alike should share their middle rank; whichever places they took among them, that moves it by a
  -- quarter of the square of their number at the most.
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
COMMENT ON FUNCTION may_change IS 'Whether change_points_of could find anything in the values of these times, which come in any order: false is certain and found faster than by looking, true tells nothing.';

-- Lists are put in order one by one, and only those that may change: all values at once would not fit in memory.
CREATE OR REPLACE FUNCTION change_points(since timestamptz, until timestamptz, only_kpi text DEFAULT NULL,
                                         only_model text DEFAULT NULL)
RETURNS TABLE (kpi text, service text, model text, context_size text, at timestamptz, p_value double precision,
               before double precision, after double precision)
LANGUAGE sql STABLE AS $$
  SELECT listed.kpi, series.service, series.model, series.context_size, sorted.hours[found.place], found.p_value,
         found.before, found.after
  FROM (
    SELECT series_id, kpi, array_agg(total / count) AS means, array_agg(hour) AS hours
    FROM hourly_values(since, until)
    WHERE (only_kpi IS NULL OR kpi = only_kpi)
      AND (only_model IS NULL OR series_id IN (SELECT id FROM series WHERE model = only_model))
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
