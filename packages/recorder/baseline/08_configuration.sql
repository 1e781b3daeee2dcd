-- Which configuration applied since when, and who changed what.

CREATE TABLE config_changes (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at              timestamptz NOT NULL,
  by              text NOT NULL,
  source          text NOT NULL CHECK (source IN ('start', 'file', 'api')),
  sha256          text NOT NULL,
  previous_sha256 text,
  summary         text[] NOT NULL DEFAULT '{}',
  differences     jsonb NOT NULL,
  restarts        jsonb NOT NULL,
  config          jsonb NOT NULL,
  recorded_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX config_changes_at ON config_changes (at DESC, id DESC);
COMMENT ON TABLE config_changes IS 'Each time another configuration began to apply; the first row is the first configuration.';
COMMENT ON COLUMN config_changes.id IS 'Order in which they were stored.';
COMMENT ON COLUMN config_changes.at IS 'When Prometheus and Alertmanager were seen to run it.';
COMMENT ON COLUMN config_changes.by IS 'Who changed it: the owner of the file, or the name in the request.';
COMMENT ON COLUMN config_changes.source IS 'file: the configuration file was edited. api: PUT /api/config. start: the recorder started with another one.';
COMMENT ON COLUMN config_changes.sha256 IS 'Hash of the configuration''s meaning, as generated files and the series mnemoscope_config_info carry it.';
COMMENT ON COLUMN config_changes.previous_sha256 IS 'Hash of the one before; NULL for the first.';
COMMENT ON COLUMN config_changes.summary IS 'What changed, for people: at most five lines, such as "KPI groundedness added".';
COMMENT ON COLUMN config_changes.differences IS 'What changed: a list of {path, before, after}; before or after is left out where the setting did not exist.';
COMMENT ON COLUMN config_changes.restarts IS 'Parts that need a restart to apply some of it: a list of {part, paths, services}.';
COMMENT ON COLUMN config_changes.config IS 'The complete configuration with every default.';
COMMENT ON COLUMN config_changes.recorded_at IS 'When the recorder stored it.';
