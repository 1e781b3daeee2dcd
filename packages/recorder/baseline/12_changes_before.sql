-- What people changed shortly before an alert began.

CREATE FUNCTION config_changes_before(episode bigint, within interval DEFAULT '6 hours')
RETURNS TABLE (id bigint, at timestamptz, by text, source text, summary text[], differences jsonb)
LANGUAGE sql STABLE AS $$
  SELECT changes.id, changes.at, changes.by, changes.source, changes.summary, changes.differences
  FROM alert_episodes AS begun JOIN config_changes AS changes
    ON changes.at <= begun.starts_at AND changes.at >= begun.starts_at - within
  WHERE begun.id = episode AND changes.previous_sha256 IS NOT NULL
$$;
COMMENT ON FUNCTION config_changes_before IS 'Changes of the configuration that applied shortly before an alert episode began.';

CREATE FUNCTION deployments_before(episode bigint, within interval DEFAULT '6 hours')
RETURNS TABLE (id bigint, at timestamptz, service text, version text, previous_version text, source text, by text)
LANGUAGE sql STABLE AS $$
  SELECT came.id, came.at, came.service, came.version, came.previous_version, came.source, came.by
  FROM alert_episodes AS begun JOIN deployments AS came
    ON came.at <= begun.starts_at AND came.at >= begun.starts_at - within
    AND (begun.service IS NULL OR came.service = begun.service)
  WHERE begun.id = episode AND (came.previous_version IS NOT NULL OR came.source = 'api')
$$;
COMMENT ON FUNCTION deployments_before IS 'Deployments of an alert episode''s service shortly before it began; of any service for an alert that concerns none. A service that was seen for the first time is not a deployment.';

CREATE FUNCTION changes_before(episode bigint, within interval DEFAULT '6 hours')
RETURNS TABLE (kind text, at timestamptz, before_by interval, by text, what text, detail jsonb)
LANGUAGE sql STABLE AS $$
  SELECT changes.kind, changes.at, begun.starts_at - changes.at, changes.by, changes.what, changes.detail
  FROM alert_episodes AS begun CROSS JOIN LATERAL (
    SELECT 'configuration' AS kind, found.at, found.by,
           nullif(array_to_string(found.summary, '; '), '') AS what,
           found.differences AS detail
    FROM config_changes_before(episode, within) AS found
    UNION ALL
    SELECT 'deployment', found.at, found.by, concat_ws(' ', found.service, found.version),
           jsonb_build_object('service', found.service, 'version', found.version, 'previous_version', found.previous_version)
    FROM deployments_before(episode, within) AS found
  ) AS changes
  WHERE begun.id = episode
  ORDER BY changes.at DESC
$$;
COMMENT ON FUNCTION changes_before IS 'Changes of the configuration and deployments of its service shortly before an alert episode began, newest first: how long before, by whom, and what.';
