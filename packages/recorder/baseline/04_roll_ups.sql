-- Snapshots added up by six hours, by the hour and by five minutes, so that a dashboard over a month reads thousands of rows
-- and not millions. The smaller ones serve shorter windows, and the ends of a window that are no full part of a larger one.

CREATE TABLE rolled_up_hours (
  hour         timestamptz PRIMARY KEY,
  rolled_up_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE rolled_up_hours IS 'Hours whose roll-up agrees with their snapshots. A late snapshot removes its hour from this list until the next roll-up.';
COMMENT ON COLUMN rolled_up_hours.hour IS 'Start of the hour.';
COMMENT ON COLUMN rolled_up_hours.rolled_up_at IS 'When it was last added up.';

CREATE TABLE snapshots_hourly (
  hour      timestamptz NOT NULL,
  series_id integer NOT NULL,
  kpi       text NOT NULL,
  count     integer NOT NULL,
  total     double precision,
  least     double precision,
  greatest  double precision,
  samples   double precision,
  samples_total double precision,
  buckets   numeric,
  PRIMARY KEY (hour, series_id, kpi)
);
COMMENT ON TABLE snapshots_hourly IS 'Values of each KPI of each series in each hour, added up; kept longer than the snapshots.';
COMMENT ON COLUMN snapshots_hourly.hour IS 'Start of the hour.';
COMMENT ON COLUMN snapshots_hourly.series_id IS 'Service, model, context size and operation: series.id.';
COMMENT ON COLUMN snapshots_hourly.kpi IS 'Id of the KPI.';
COMMENT ON COLUMN snapshots_hourly.count IS 'Snapshots with a value.';
COMMENT ON COLUMN snapshots_hourly.total IS 'Sum of the values. total / count is the mean of the snapshots, not of the operations; NULL without a value, like least and greatest.';
COMMENT ON COLUMN snapshots_hourly.least IS 'Least value.';
COMMENT ON COLUMN snapshots_hourly.greatest IS 'Greatest value.';
COMMENT ON COLUMN snapshots_hourly.samples IS 'Operations whose mean is known, of a gauge its readings: the sum of snapshots.samples. NULL where no snapshot has a mean.';
COMMENT ON COLUMN snapshots_hourly.samples_total IS 'Sum over these operations, each snapshot''s mean times its samples: samples_total / samples is their mean.';
COMMENT ON COLUMN snapshots_hourly.buckets IS 'Sum of snapshots.buckets: quantile_of_buckets(kpi, buckets, 0.95) is the p95 of these operations.';

CREATE TABLE series_hourly (
  hour      timestamptz NOT NULL,
  series_id integer NOT NULL,
  snapshots integer NOT NULL,
  PRIMARY KEY (hour, series_id)
);
COMMENT ON TABLE series_hourly IS 'How many snapshots each series has in each hour, whatever KPIs they hold.';
COMMENT ON COLUMN series_hourly.hour IS 'Start of the hour.';
COMMENT ON COLUMN series_hourly.series_id IS 'Service, model, context size and operation: series.id.';
COMMENT ON COLUMN series_hourly.snapshots IS 'Instants at which it has a snapshot.';

CREATE TABLE rolled_up_6h (
  start        timestamptz PRIMARY KEY,
  rolled_up_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE rolled_up_6h IS 'Six hours whose roll-up agrees with their snapshots. See rolled_up_hours.';
COMMENT ON COLUMN rolled_up_6h.start IS 'Start of the six hours: 00:00, 06:00, 12:00 or 18:00 UTC.';
COMMENT ON COLUMN rolled_up_6h.rolled_up_at IS 'When they were last added up.';

CREATE TABLE snapshots_6h (
  start     timestamptz NOT NULL,
  series_id integer NOT NULL,
  kpi       text NOT NULL,
  count     integer NOT NULL,
  total     double precision,
  least     double precision,
  greatest  double precision,
  samples   double precision,
  samples_total double precision,
  buckets   numeric,
  PRIMARY KEY (start, series_id, kpi)
);
COMMENT ON TABLE snapshots_6h IS 'Values of each KPI of each series in each six hours, added up from snapshots_hourly, and kept as long.';
COMMENT ON COLUMN snapshots_6h.start IS 'Start of the six hours.';
COMMENT ON COLUMN snapshots_6h.series_id IS 'Service, model, context size and operation: series.id.';
COMMENT ON COLUMN snapshots_6h.kpi IS 'Id of the KPI.';
COMMENT ON COLUMN snapshots_6h.count IS 'Snapshots with a value.';
COMMENT ON COLUMN snapshots_6h.total IS 'Sum of the values. total / count is the mean of the snapshots, not of the operations; NULL without a value, like least and greatest.';
COMMENT ON COLUMN snapshots_6h.least IS 'Least value.';
COMMENT ON COLUMN snapshots_6h.greatest IS 'Greatest value.';
COMMENT ON COLUMN snapshots_6h.samples IS 'Operations whose mean is known, of a gauge its readings: the sum of snapshots.samples. NULL where no snapshot has a mean.';
COMMENT ON COLUMN snapshots_6h.samples_total IS 'Sum over these operations, each snapshot''s mean times its samples: samples_total / samples is their mean.';
COMMENT ON COLUMN snapshots_6h.buckets IS 'Sum of snapshots.buckets: quantile_of_buckets(kpi, buckets, 0.95) is the p95 of these operations.';

CREATE TABLE series_6h (
  start     timestamptz NOT NULL,
  series_id integer NOT NULL,
  snapshots integer NOT NULL,
  PRIMARY KEY (start, series_id)
);
COMMENT ON TABLE series_6h IS 'How many snapshots each series has in each six hours, whatever KPIs they hold.';
COMMENT ON COLUMN series_6h.start IS 'Start of the six hours.';
COMMENT ON COLUMN series_6h.series_id IS 'Service, model, context size and operation: series.id.';
COMMENT ON COLUMN series_6h.snapshots IS 'Instants at which it has a snapshot.';

CREATE TABLE rolled_up_5min (
  start        timestamptz PRIMARY KEY,
  rolled_up_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE rolled_up_5min IS 'Five minutes whose roll-up agrees with their snapshots. See rolled_up_hours.';
COMMENT ON COLUMN rolled_up_5min.start IS 'Start of the five minutes, a multiple of them.';
COMMENT ON COLUMN rolled_up_5min.rolled_up_at IS 'When they were last added up.';

CREATE TABLE snapshots_5min (
  start     timestamptz NOT NULL,
  series_id integer NOT NULL,
  kpi       text NOT NULL,
  count     integer NOT NULL,
  total     double precision,
  least     double precision,
  greatest  double precision,
  samples   double precision,
  samples_total double precision,
  buckets   numeric,
  PRIMARY KEY (start, series_id, kpi)
) PARTITION BY RANGE (start);
COMMENT ON TABLE snapshots_5min IS 'Values of each KPI of each series in each five minutes, added up; kept as long as the snapshots. One partition for each UTC day. Empty where snapshots are more than 100 s apart.';
COMMENT ON COLUMN snapshots_5min.start IS 'Start of the five minutes.';
COMMENT ON COLUMN snapshots_5min.series_id IS 'Service, model, context size and operation: series.id.';
COMMENT ON COLUMN snapshots_5min.kpi IS 'Id of the KPI.';
COMMENT ON COLUMN snapshots_5min.count IS 'Snapshots with a value.';
COMMENT ON COLUMN snapshots_5min.total IS 'Sum of the values. total / count is the mean of the snapshots, not of the operations; NULL without a value, like least and greatest.';
COMMENT ON COLUMN snapshots_5min.least IS 'Least value.';
COMMENT ON COLUMN snapshots_5min.greatest IS 'Greatest value.';
COMMENT ON COLUMN snapshots_5min.samples IS 'Operations whose mean is known, of a gauge its readings: the sum of snapshots.samples. NULL where no snapshot has a mean.';
COMMENT ON COLUMN snapshots_5min.samples_total IS 'Sum over these operations, each snapshot''s mean times its samples: samples_total / samples is their mean.';
COMMENT ON COLUMN snapshots_5min.buckets IS 'Sum of snapshots.buckets: quantile_of_buckets(kpi, buckets, 0.95) is the p95 of these operations.';

CREATE TABLE series_5min (
  start     timestamptz NOT NULL,
  series_id integer NOT NULL,
  snapshots integer NOT NULL,
  PRIMARY KEY (start, series_id)
) PARTITION BY RANGE (start);
COMMENT ON TABLE series_5min IS 'How many snapshots each series has in each five minutes, whatever KPIs they hold. One partition for each UTC day.';
COMMENT ON COLUMN series_5min.start IS 'Start of the five minutes.';
COMMENT ON COLUMN series_5min.series_id IS 'Service, model, context size and operation: series.id.';
COMMENT ON COLUMN series_5min.snapshots IS 'Instants at which it has a snapshot.';

-- The one mean over a time, for whatever adds up parts of it.
CREATE FUNCTION mean_of(samples_total double precision, samples double precision, total double precision, count numeric)
RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(samples_total / nullif(samples, 0), total / nullif(count, 0)::double precision)
$$;
COMMENT ON FUNCTION mean_of IS 'Mean over operations, each counted once; of a gauge over its readings. Where none is known (samples is NULL or 0) the mean of the snapshots'' values.';

-- The one way in which a window is divided, for the dashboard, the API and people who write SQL. Postgres cannot know that
-- few parts lie between the hours; of what it expects, it would compile the plan for longer than it takes.
CREATE FUNCTION parts_of_window(since timestamptz, until timestamptz, largest interval, OUT six_hours timestamptz[],
                                OUT hours timestamptz[], OUT five_minutes timestamptz[],
                                OUT rest_since timestamptz[], OUT rest_until timestamptz[])
LANGUAGE sql STABLE STRICT SET jit = off AS $$
  WITH full_6h AS MATERIALIZED (
    SELECT start, start + interval '6 hours' AS over FROM rolled_up_6h
    WHERE largest >= interval '6 hours' AND start >= since AND start <= until - interval '6 hours'
  ), between_6h AS MATERIALIZED (
    SELECT listed.over AS start, lead(listed.start, 1, until) OVER (ORDER BY listed.start, listed.over) AS over
    FROM (SELECT since AS start, since AS over UNION ALL TABLE full_6h) AS listed
  ), full_hours AS MATERIALIZED (
    SELECT added.hour AS start, added.hour + interval '1 hour' AS over
    FROM between_6h CROSS JOIN LATERAL (
      SELECT rolled_up_hours.hour FROM rolled_up_hours
      WHERE largest >= interval '1 hour' AND rolled_up_hours.hour >= between_6h.start
        AND rolled_up_hours.hour <= between_6h.over - interval '1 hour'
    ) AS added
    WHERE between_6h.start < between_6h.over
  ), between_hours AS MATERIALIZED (
    SELECT listed.over AS start, lead(listed.start, 1, until) OVER (ORDER BY listed.start, listed.over) AS over
    FROM (SELECT since AS start, since AS over UNION ALL TABLE full_6h UNION ALL TABLE full_hours) AS listed
  ), full_5min AS MATERIALIZED (
    SELECT added.start, added.start + interval '5 min' AS over
    FROM between_hours CROSS JOIN LATERAL (
      SELECT rolled_up_5min.start FROM rolled_up_5min
      WHERE rolled_up_5min.start >= between_hours.start
        AND rolled_up_5min.start <= between_hours.over - interval '5 min'
    ) AS added
    WHERE between_hours.start < between_hours.over
  ), rest AS MATERIALIZED (
    SELECT between.start, between.over
    FROM (
      SELECT listed.over AS start, lead(listed.start, 1, until) OVER (ORDER BY listed.start, listed.over) AS over
      FROM (
        SELECT since AS start, since AS over UNION ALL TABLE full_6h UNION ALL TABLE full_hours UNION ALL TABLE full_5min
      ) AS listed
    ) AS between
    WHERE between.start < between.over
  )
  SELECT ARRAY(SELECT start FROM full_6h ORDER BY start), ARRAY(SELECT start FROM full_hours ORDER BY start),
         ARRAY(SELECT start FROM full_5min ORDER BY start),
         ARRAY(SELECT start FROM rest ORDER BY start), ARRAY(SELECT over FROM rest ORDER BY start)
$$;
COMMENT ON FUNCTION parts_of_window IS 'Divides the time from since on, before until, so that every snapshot in it is read once: six_hours, hours and five_minutes that are rolled up, lie within it and are no larger than largest, by their starts, and everything else, from each rest_since on, before each rest_until.';

-- STRICT keeps the function out of the plan of its caller: there, Postgres would count on every day's partition.
CREATE FUNCTION values_of_rest(five_minutes timestamptz[], rest_since timestamptz[], rest_until timestamptz[])
RETURNS TABLE (hour timestamptz, series_id integer, kpi text, count integer, total double precision,
               lowest double precision, highest double precision, samples double precision,
               samples_total double precision, buckets numeric)
LANGUAGE sql STABLE STRICT ROWS 250 AS $$
  SELECT date_bin('1 hour', added.start, 'epoch'), added.series_id, added.kpi, sum(added.count)::integer,
         sum(added.total), min(added.least), max(added.greatest), sum(added.samples), sum(added.samples_total),
         sum(added.buckets)
  FROM snapshots_5min AS added WHERE added.start = ANY (five_minutes)
  GROUP BY 1, 2, 3
  UNION ALL
  SELECT single.* FROM unnest(rest_since, rest_until) AS span (since, until) CROSS JOIN LATERAL (
    SELECT date_bin('1 hour', snapshots.at, 'epoch'), snapshots.series_id, snapshots.kpi,
           count(snapshots.value)::integer, sum(snapshots.value), min(snapshots.value), max(snapshots.value),
           sum(snapshots.samples) FILTER (WHERE snapshots.mean IS NOT NULL), sum(snapshots.mean * snapshots.samples),
           sum(snapshots.buckets)
    FROM snapshots WHERE snapshots.at >= span.since AND snapshots.at < span.until
    GROUP BY 1, 2, 3
  ) AS single
$$;
COMMENT ON FUNCTION values_of_rest IS 'What parts_of_window leaves beside full hours, added up by hour, KPI and series; an hour in several parts has several rows.';

CREATE FUNCTION window_values(since timestamptz, until timestamptz)
RETURNS TABLE (hour timestamptz, series_id integer, kpi text, count integer, total double precision,
               lowest double precision, highest double precision, samples double precision,
               samples_total double precision, buckets numeric)
LANGUAGE sql STABLE AS $$
  SELECT added.hour, added.series_id, added.kpi, added.count, added.total, added.least, added.greatest,
         added.samples, added.samples_total, added.buckets
  FROM snapshots_hourly AS added JOIN rolled_up_hours USING (hour)
  WHERE added.hour >= since AND added.hour <= until + interval '1 microsecond' - interval '1 hour'
  UNION ALL
  SELECT read.*
  FROM parts_of_window(since, until + interval '1 microsecond', '1 hour') AS parts
  CROSS JOIN LATERAL values_of_rest(parts.five_minutes, parts.rest_since, parts.rest_until) AS read
  WHERE read.count > 0 OR read.samples IS NOT NULL
$$;
COMMENT ON FUNCTION window_values IS 'The snapshots from since to until, exactly, both included, added up by hour, KPI and series: full hours from the roll-ups, the ends of the window from five minutes and single snapshots. An hour in several parts has several rows. Of a time from which only hours are kept, only the hours within the window can be known.';

CREATE FUNCTION window_parts(since timestamptz, until timestamptz)
RETURNS TABLE (start timestamptz, series_id integer, kpi text, count integer, total double precision,
               lowest double precision, highest double precision, samples double precision,
               samples_total double precision, buckets numeric)
LANGUAGE sql STABLE AS $$
  SELECT added.start, added.series_id, added.kpi, added.count, added.total, added.least, added.greatest,
         added.samples, added.samples_total, added.buckets
  FROM snapshots_6h AS added JOIN rolled_up_6h USING (start)
  WHERE added.start >= since AND added.start <= until + interval '1 microsecond' - interval '6 hours'
  UNION ALL
  SELECT read.*
  FROM parts_of_window(since, until + interval '1 microsecond', '6 hours') AS parts
  CROSS JOIN LATERAL (
    SELECT * FROM values_of_rest(parts.five_minutes, parts.rest_since, parts.rest_until)
    UNION ALL
    SELECT added.hour, added.series_id, added.kpi, added.count, added.total, added.least, added.greatest,
           added.samples, added.samples_total, added.buckets
    FROM snapshots_hourly AS added WHERE added.hour = ANY (parts.hours)
  ) AS read
  WHERE read.count > 0 OR read.samples IS NOT NULL
$$;
COMMENT ON FUNCTION window_parts IS 'The same snapshots as window_values, exactly, in fewer rows: added up by six hours, which begin at start, at the ends of the window by the hour.';
