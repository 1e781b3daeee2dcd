-- Snapshots added up by the hour and by five minutes, so that a dashboard over a month reads thousands of rows and not
-- millions. Five minutes serve windows of a few hours, and the ends of a window that are no full hour.

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
  total     double precision NOT NULL,
  least     double precision NOT NULL,
  greatest  double precision NOT NULL,
  PRIMARY KEY (hour, series_id, kpi)
);
COMMENT ON TABLE snapshots_hourly IS 'Values of each KPI of each series in each hour, added up; kept longer than the snapshots.';
COMMENT ON COLUMN snapshots_hourly.hour IS 'Start of the hour.';
COMMENT ON COLUMN snapshots_hourly.series_id IS 'Service, model, context size and operation: series.id.';
COMMENT ON COLUMN snapshots_hourly.kpi IS 'Id of the KPI.';
COMMENT ON COLUMN snapshots_hourly.count IS 'Snapshots with a value; an hour without any has no row.';
COMMENT ON COLUMN snapshots_hourly.total IS 'Sum of the values: total / count is their mean.';
COMMENT ON COLUMN snapshots_hourly.least IS 'Least value.';
COMMENT ON COLUMN snapshots_hourly.greatest IS 'Greatest value.';

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
  total     double precision NOT NULL,
  least     double precision NOT NULL,
  greatest  double precision NOT NULL,
  PRIMARY KEY (start, series_id, kpi)
) PARTITION BY RANGE (start);
COMMENT ON TABLE snapshots_5min IS 'Values of each KPI of each series in each five minutes, added up; kept as long as the snapshots. One partition for each UTC day. Empty where snapshots are more than 100 s apart.';
COMMENT ON COLUMN snapshots_5min.start IS 'Start of the five minutes.';
COMMENT ON COLUMN snapshots_5min.series_id IS 'Service, model, context size and operation: series.id.';
COMMENT ON COLUMN snapshots_5min.kpi IS 'Id of the KPI.';
COMMENT ON COLUMN snapshots_5min.count IS 'Snapshots with a value; five minutes without any have no row.';
COMMENT ON COLUMN snapshots_5min.total IS 'Sum of the values: total / count is their mean.';
COMMENT ON COLUMN snapshots_5min.least IS 'Least value.';
COMMENT ON COLUMN snapshots_5min.greatest IS 'Greatest value.';

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

-- STRICT keeps the function out of the plan of its caller: there, Postgres would count on every partition for every hour.
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

-- Hours without a roll-up are few, so the function looks for them hour by hour, not instant by instant.
CREATE FUNCTION hourly_values(since timestamptz, until timestamptz)
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
COMMENT ON FUNCTION hourly_values IS 'Each KPI of each series by the hour, from the hour that holds since to the one that holds until: from the roll-ups, and for hours without one from the snapshots themselves.';
