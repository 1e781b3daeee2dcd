-- Which version of a service came when, as its processes show it or as a deployment pipeline reports it.

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
COMMENT ON TABLE deployments IS 'Each time another version of a service came. A deployment that is reported twice, or reported and observed, is one row.';
COMMENT ON COLUMN deployments.id IS 'Order in which they were stored.';
COMMENT ON COLUMN deployments.at IS 'When: the reported time, or the start of the first process of that version, or its first scrape where the start is unknown.';
COMMENT ON COLUMN deployments.service IS 'The service: the label job.';
COMMENT ON COLUMN deployments.version IS 'The version that came: service.version of its processes.';
COMMENT ON COLUMN deployments.previous_version IS 'The one that came before it; NULL for the first that is known of the service.';
COMMENT ON COLUMN deployments.source IS 'observed: the series target_info showed it. api: POST /api/deployments.';
COMMENT ON COLUMN deployments.by IS 'Who deployed, from the request; NULL where only observed.';
COMMENT ON COLUMN deployments.recorded_at IS 'When the recorder stored it.';

CREATE TABLE service_versions (
  service       text NOT NULL,
  version       text NOT NULL,
  first_seen_at timestamptz NOT NULL,
  last_seen_at  timestamptz NOT NULL,
  PRIMARY KEY (service, version)
);
COMMENT ON TABLE service_versions IS 'Versions that processes of a service were seen to run. A version that comes back after an outage is not a new deployment.';
COMMENT ON COLUMN service_versions.service IS 'The label job.';
COMMENT ON COLUMN service_versions.version IS 'service.version of its processes.';
COMMENT ON COLUMN service_versions.first_seen_at IS 'When a process of it was first seen.';
COMMENT ON COLUMN service_versions.last_seen_at IS 'When a process of it was last seen.';

CREATE TABLE deployment_searches (
  cluster text PRIMARY KEY,
  reached timestamptz NOT NULL
);
COMMENT ON TABLE deployment_searches IS 'How far each Prometheus was searched for versions.';
COMMENT ON COLUMN deployment_searches.cluster IS 'See alert_episodes.cluster.';
COMMENT ON COLUMN deployment_searches.reached IS 'Every version that ran before this instant is known.';
