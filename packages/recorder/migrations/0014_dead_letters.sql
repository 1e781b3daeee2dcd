-- What alert handlers were never told, as a person asks for it.

CREATE VIEW dead_letters AS
  SELECT
    deliveries.id,
    deliveries.handler,
    deliveries.dead_at AS given_up_at,
    deliveries.attempts,
    deliveries.last_error,
    deliveries.transition_id AS event_id,
    alert_transitions.kind,
    alert_transitions.at,
    deliveries.episode_id,
    alert_episodes.severity AS level,
    alert_episodes.summary AS message
  FROM deliveries
    JOIN alert_transitions ON alert_transitions.id = deliveries.transition_id
    JOIN alert_episodes ON alert_episodes.id = deliveries.episode_id
  WHERE deliveries.dead_at IS NOT NULL;
COMMENT ON VIEW dead_letters IS 'Events that were put aside after the last attempt to tell a handler of them; mnemoscope replay delivers them again.';
COMMENT ON COLUMN dead_letters.id IS 'Key of the delivery: deliveries.id.';
COMMENT ON COLUMN dead_letters.handler IS 'Name of the handler that was not told.';
COMMENT ON COLUMN dead_letters.given_up_at IS 'When it was put aside.';
COMMENT ON COLUMN dead_letters.attempts IS 'How often it was tried.';
COMMENT ON COLUMN dead_letters.last_error IS 'Why the last attempt failed.';
COMMENT ON COLUMN dead_letters.event_id IS 'The event''s id, as the handler gets it: alert_transitions.id.';
COMMENT ON COLUMN dead_letters.kind IS 'What happened: opened, changed, closed or reopened.';
COMMENT ON COLUMN dead_letters.at IS 'When it happened, by the clock of its source.';
COMMENT ON COLUMN dead_letters.episode_id IS 'The alert: alert_episodes.id.';
COMMENT ON COLUMN dead_letters.level IS 'Its severity.';
COMMENT ON COLUMN dead_letters.message IS 'What it is about, for people.';
