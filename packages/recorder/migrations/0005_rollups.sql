-- Hours of snapshots added up, so that a dashboard over a month reads thousands of rows and not millions.

CREATE TABLE rolled_up_hours (
  hour         timestamptz PRIMARY KEY,
  rolled_up_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE rolled_up_hours IS 'Hours whose roll-up agrees with their snapshots. An hour that gets another snapshot is taken off the list until it is rolled up again.';
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
COMMENT ON COLUMN snapshots_hourly.series_id IS 'Service, model and context size: series.id.';
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
COMMENT ON COLUMN series_hourly.series_id IS 'Service, model and context size: series.id.';
COMMENT ON COLUMN series_hourly.snapshots IS 'Instants at which it has a snapshot.';

-- Whether anything is new is asked with every look at a dashboard.
CREATE INDEX snapshot_instants_taken_at ON snapshot_instants (taken_at);
