-- Who took notice of an alert, and what they had to say.

CREATE TABLE alert_acknowledgements (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  episode_id bigint NOT NULL REFERENCES alert_episodes ON DELETE CASCADE,
  by         text NOT NULL,
  comment    text,
  at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX alert_acknowledgements_episode ON alert_acknowledgements (episode_id, id);
COMMENT ON TABLE alert_acknowledgements IS 'Each time somebody acknowledged an episode. It silences nothing: it tells others who is at it.';
COMMENT ON COLUMN alert_acknowledgements.id IS 'Order in which they were stored.';
COMMENT ON COLUMN alert_acknowledgements.episode_id IS 'The episode: alert_episodes.id.';
COMMENT ON COLUMN alert_acknowledgements.by IS 'Who, as they call themselves.';
COMMENT ON COLUMN alert_acknowledgements.comment IS 'What they had to say; NULL for nothing.';
COMMENT ON COLUMN alert_acknowledgements.at IS 'When the recorder stored it.';
