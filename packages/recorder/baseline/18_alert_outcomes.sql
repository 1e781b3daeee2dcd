-- What became of each alert: what a review of all alerts counts.

CREATE VIEW alert_outcomes AS
  SELECT
    episode.id,
    starts_at AS "timestamp",
    cluster,
    alertname AS alert,
    severity AS level,
    kpi AS metric_type,
    service,
    model,
    context_size,
    operation,
    ends_at,
    extract(epoch FROM acknowledged.at - starts_at)::float8 AS seconds_to_acknowledge,
    extract(epoch FROM ends_at - starts_at)::float8 AS seconds_to_recover,
    rated.rating,
    CASE WHEN rated.rating IS NOT NULL THEN rated.by END AS rated_by,
    CASE WHEN rated.rating IS NOT NULL THEN rated.at END AS rated_at,
    EXISTS (
      SELECT FROM alert_episodes AS before
      WHERE before.cluster = episode.cluster AND before.fingerprint = episode.fingerprint
        AND before.starts_at < episode.starts_at AND before.ends_at > before.starts_at
        AND before.ends_at >= episode.starts_at - interval '15 minutes'
    ) AS is_flap
  FROM alert_episodes AS episode
  LEFT JOIN LATERAL (
    SELECT at FROM alert_acknowledgements WHERE episode_id = episode.id ORDER BY id LIMIT 1
  ) AS acknowledged ON true
  LEFT JOIN LATERAL (
    SELECT rating, by, at FROM alert_ratings WHERE episode_id = episode.id ORDER BY id DESC LIMIT 1
  ) AS rated ON true
  WHERE ends_at IS DISTINCT FROM starts_at;
COMMENT ON VIEW alert_outcomes IS 'One row for each alert episode, with what became of it. Episodes that proved to be part of the one before them are left out. GET /api/alerts/review and mnemoscope report add these rows up.';
COMMENT ON COLUMN alert_outcomes.id IS 'Key of the episode.';
COMMENT ON COLUMN alert_outcomes."timestamp" IS 'First evaluation at which it fired.';
COMMENT ON COLUMN alert_outcomes.cluster IS 'See alert_episodes.cluster.';
COMMENT ON COLUMN alert_outcomes.alert IS 'Name of the alerting rule.';
COMMENT ON COLUMN alert_outcomes.level IS 'info, warning, error or critical. A worse level fires beside the milder ones: each is a row, with its own rating.';
COMMENT ON COLUMN alert_outcomes.metric_type IS 'Id of the KPI; NULL for alerts of the pipeline about itself.';
COMMENT ON COLUMN alert_outcomes.service IS 'Service that it is about; NULL for alerts that concern none.';
COMMENT ON COLUMN alert_outcomes.model IS 'The model; NULL for alerts that concern none.';
COMMENT ON COLUMN alert_outcomes.context_size IS 'Class of context sizes as the label has it; NULL for alerts that concern none.';
COMMENT ON COLUMN alert_outcomes.operation IS 'The operation; empty where the metric has none, NULL for alerts that concern no model.';
COMMENT ON COLUMN alert_outcomes.ends_at IS 'First evaluation at which it no longer fired; NULL while it fires.';
COMMENT ON COLUMN alert_outcomes.seconds_to_acknowledge IS 'From its start to its first acknowledgement; NULL while it is not acknowledged.';
COMMENT ON COLUMN alert_outcomes.seconds_to_recover IS 'From its start to its end; NULL while it fires.';
COMMENT ON COLUMN alert_outcomes.rating IS 'useful or noise, by its newest rating; NULL where nobody has rated it, or the rating was taken back.';
COMMENT ON COLUMN alert_outcomes.rated_by IS 'Who gave this rating.';
COMMENT ON COLUMN alert_outcomes.rated_at IS 'When.';
COMMENT ON COLUMN alert_outcomes.is_flap IS 'Whether the same alert had ended at most 15 minutes before it began.';

-- A trickle of bad operations is usual for many services. So the time when it got bad is not that of any bad operation: it is
-- where bad operations began to be more than half as frequent as they were at the end (Page, Continuous Inspection Schemes,
-- 1954, Biometrika 41, 100-115: the last minimum of the sum). An alert that fires within seconds has mostly good operations in
-- its last five minutes, so the newest operations count too.
CREATE FUNCTION first_bad_operation(episode bigint, within interval DEFAULT '1 hour') RETURNS timestamptz
LANGUAGE sql STABLE AS $$
  WITH begun AS (
    SELECT kpi, model, service, context_size, operation, starts_at,
      array_position(ARRAY['info', 'warning', 'error', 'critical'], severity) AS level,
      greatest(starts_at - within, (
        SELECT max(before.ends_at) FROM alert_episodes AS before
        WHERE before.cluster = alert_episodes.cluster AND before.fingerprint = alert_episodes.fingerprint
          AND before.starts_at < alert_episodes.starts_at AND before.ends_at > before.starts_at
          AND before.ends_at <= alert_episodes.starts_at
      )) AS since
    FROM alert_episodes WHERE id = episode
  ), kept AS MATERIALIZED (
    SELECT measurements.at, measurements.id, weight,
      coalesce(array_position(ARRAY['info', 'warning', 'error', 'critical'], measurements.severity) >= level, false) AS is_bad,
      row_number() OVER (ORDER BY measurements.at DESC) <= 20 AS is_newest,
      measurements.at >= starts_at - interval '5 minutes' AS is_late
    FROM begun JOIN measurements USING (kpi, model, service, context_size, operation)
    WHERE at >= (SELECT since FROM begun) AND at <= (SELECT starts_at FROM begun) AND value IS NOT NULL
    ORDER BY at DESC LIMIT 5000
  ), ends AS (
    SELECT greatest(
      sum(weight) FILTER (WHERE is_bad AND is_late) / sum(weight) FILTER (WHERE is_late),
      sum(weight) FILTER (WHERE is_bad AND is_newest) / sum(weight) FILTER (WHERE is_newest)
    ) AS share FROM kept
  ), sums AS (
    SELECT at, is_bad, sum(weight * (is_bad::int - share / 2)) OVER (ORDER BY at, id) - weight * (is_bad::int - share / 2) AS before
    FROM kept, ends
  )
  SELECT at FROM sums WHERE is_bad ORDER BY before, at DESC LIMIT 1
$$;
COMMENT ON FUNCTION first_bad_operation IS 'When operations of an alert''s KPI and place began to be bad: the first kept operation at or beyond its level since which bad ones were, in sum, more than half as frequent as they were in the five minutes before it fired, or in the newest 20 kept operations where this share is greater. It looks back for an hour, not beyond the end of the episode before, and over the newest 5,000 kept operations. NULL where no bad one was kept.';
