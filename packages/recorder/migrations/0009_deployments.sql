-- Which version of a service came when: as its processes show it, or as a pipeline that deploys tells.

CREATE TABLE deployments (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at               timestamptz NOT NULL,
  service          text NOT NULL,
  version          text NOT NULL,
  previous_version text,
  source           text NOT NULL CHECK (source IN ('observed', 'api')),
  by               text,
  recorded_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (service, at, version)
);
CREATE INDEX deployments_at ON deployments (at DESC, id DESC);
COMMENT ON TABLE deployments IS 'Each time another version of a service came; told twice, or told and observed, it is one row.';
COMMENT ON COLUMN deployments.id IS 'Order in which they were stored.';
COMMENT ON COLUMN deployments.at IS 'When: as it was told; or when the first process of that version started, or was first scraped where it does not say.';
COMMENT ON COLUMN deployments.service IS 'The service: the label job.';
COMMENT ON COLUMN deployments.version IS 'The version that came: service.version of its processes.';
COMMENT ON COLUMN deployments.previous_version IS 'The one that came before it; NULL for the first that is known of the service.';
COMMENT ON COLUMN deployments.source IS 'observed: the series target_info showed it. api: POST /api/deployments.';
COMMENT ON COLUMN deployments.by IS 'Who deployed, as the request said; NULL where nobody told.';
COMMENT ON COLUMN deployments.recorded_at IS 'When the recorder stored it.';

CREATE TABLE service_versions (
  service       text NOT NULL,
  version       text NOT NULL,
  first_seen_at timestamptz NOT NULL,
  last_seen_at  timestamptz NOT NULL,
  PRIMARY KEY (service, version)
);
COMMENT ON TABLE service_versions IS 'Versions that processes of a service were seen to run: what comes back after an outage is no deployment.';
COMMENT ON COLUMN service_versions.service IS 'The label job.';
COMMENT ON COLUMN service_versions.version IS 'service.version of its processes.';
COMMENT ON COLUMN service_versions.first_seen_at IS 'When one was first seen.';
COMMENT ON COLUMN service_versions.last_seen_at IS 'When one was last seen.';

CREATE TABLE deployment_searches (
  cluster text PRIMARY KEY,
  reached timestamptz NOT NULL
);
COMMENT ON TABLE deployment_searches IS 'How far each Prometheus was searched for versions.';
COMMENT ON COLUMN deployment_searches.cluster IS 'See alert_episodes.cluster.';
COMMENT ON COLUMN deployment_searches.reached IS 'Every version that ran before this instant is known.';

CREATE FUNCTION deployments_before(episode bigint, within interval DEFAULT '6 hours')
RETURNS TABLE (id bigint, at timestamptz, service text, version text, previous_version text, source text, by text)
LANGUAGE sql STABLE AS $$
  SELECT came.id, came.at, came.service, came.version, came.previous_version, came.source, came.by
  FROM alert_episodes AS begun JOIN deployments AS came
    ON came.at <= begun.starts_at AND came.at >= begun.starts_at - within
    AND (begun.service IS NULL OR came.service = begun.service)
  WHERE begun.id = episode AND (came.previous_version IS NOT NULL OR came.source = 'api')
$$;
COMMENT ON FUNCTION deployments_before IS 'Deployments of an alert episode''s service shortly before it began; of any service for an alert that concerns none. That a service was first seen at all is none.';

CREATE FUNCTION changes_before(episode bigint, within interval DEFAULT '6 hours')
RETURNS TABLE (kind text, at timestamptz, before_by interval, by text, what text, detail jsonb)
LANGUAGE sql STABLE AS $$
  SELECT changes.kind, changes.at, begun.starts_at - changes.at, changes.by, changes.what, changes.detail
  FROM alert_episodes AS begun CROSS JOIN LATERAL (
    SELECT 'configuration' AS kind, found.at, found.by,
           (SELECT string_agg(difference ->> 'path', ', ') FROM jsonb_array_elements(found.differences) AS difference) AS what,
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
COMMENT ON FUNCTION changes_before IS 'What was changed by people shortly before an alert episode began, the last first: changes of the configuration and deployments of its service, by how much each came before, who did it, and what it was.';
