-- Five minutes of snapshots added up too: what whole hours leave of a window, and a window of a few hours, is read from a
-- fraction of the rows.

CREATE TABLE rolled_up_5min (
  start        timestamptz PRIMARY KEY,
  rolled_up_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE rolled_up_5min IS 'Five minutes whose roll-up agrees with their snapshots, as rolled_up_hours has it for hours.';
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
COMMENT ON TABLE snapshots_5min IS 'Values of each KPI of each series in each five minutes, added up; kept as long as the snapshots. One partition for each UTC day. Empty where snapshots are too rare for it to pay.';
COMMENT ON COLUMN snapshots_5min.start IS 'Start of the five minutes.';
COMMENT ON COLUMN snapshots_5min.series_id IS 'Service, model and context size: series.id.';
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
COMMENT ON COLUMN series_5min.series_id IS 'Service, model and context size: series.id.';
COMMENT ON COLUMN series_5min.snapshots IS 'Instants at which it has a snapshot.';
