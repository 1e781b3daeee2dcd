-- Each series is added up before its name is looked up: the other way round, Postgres read every hour of all series once
-- for each of them.

CREATE OR REPLACE FUNCTION compare_models(since timestamptz, until timestamptz)
RETURNS TABLE (kpi text, service text, model text, context_size text, snapshots bigint, mean double precision,
               lowest double precision, highest double precision)
LANGUAGE sql STABLE AS $$
  SELECT added.kpi, series.service, series.model, series.context_size, added.snapshots,
         added.total / added.snapshots, added.lowest, added.highest
  FROM (
    SELECT hours.kpi, hours.series_id, sum(hours.count) AS snapshots, sum(hours.total) AS total,
           min(hours.lowest) AS lowest, max(hours.highest) AS highest
    FROM hourly_values(since, until) AS hours GROUP BY hours.kpi, hours.series_id
  ) AS added JOIN series ON series.id = added.series_id
$$;
