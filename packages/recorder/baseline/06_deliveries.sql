-- What each alert handler still has to get. One transaction writes a row together with its transition, and the row goes
-- when its handler has taken it, so no event is lost.

CREATE TABLE deliveries (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  handler         text NOT NULL,
  episode_id      bigint NOT NULL REFERENCES alert_episodes ON DELETE CASCADE,
  transition_id   bigint NOT NULL REFERENCES alert_transitions ON DELETE CASCADE,
  attempts        integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  last_error      text,
  dead_at         timestamptz,
  UNIQUE (handler, transition_id)
);
CREATE INDEX deliveries_in_order ON deliveries (handler, episode_id, id) WHERE dead_at IS NULL;
CREATE INDEX deliveries_episode ON deliveries (episode_id);
CREATE INDEX deliveries_transition ON deliveries (transition_id);
COMMENT ON TABLE deliveries IS 'Transitions that an alert handler has not taken yet. A row is deleted when its handler has taken it.';
COMMENT ON COLUMN deliveries.id IS 'Order in which a handler gets the events of one episode.';
COMMENT ON COLUMN deliveries.handler IS 'Name of the handler.';
COMMENT ON COLUMN deliveries.episode_id IS 'The episode: alert_episodes.id.';
COMMENT ON COLUMN deliveries.transition_id IS 'What happened to it: alert_transitions.id.';
COMMENT ON COLUMN deliveries.attempts IS 'Attempts so far, the current one included.';
COMMENT ON COLUMN deliveries.next_attempt_at IS 'When it may be tried again. During an attempt: when that attempt counts as failed.';
COMMENT ON COLUMN deliveries.last_error IS 'Why the last attempt failed.';
COMMENT ON COLUMN deliveries.dead_at IS 'When it was given up; NULL while it is tried, and again after a replay.';

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
COMMENT ON VIEW dead_letters IS 'Events that a handler did not take after every attempt; mnemoscope replay delivers them again.';
COMMENT ON COLUMN dead_letters.id IS 'Key of the delivery: deliveries.id.';
COMMENT ON COLUMN dead_letters.handler IS 'Name of the handler that did not get it.';
COMMENT ON COLUMN dead_letters.given_up_at IS 'When it was given up.';
COMMENT ON COLUMN dead_letters.attempts IS 'How often it was tried.';
COMMENT ON COLUMN dead_letters.last_error IS 'Why the last attempt failed.';
COMMENT ON COLUMN dead_letters.event_id IS 'The event''s id, as the handler gets it: alert_transitions.id.';
COMMENT ON COLUMN dead_letters.kind IS 'What happened: opened, changed, closed or reopened.';
COMMENT ON COLUMN dead_letters.at IS 'When it happened, by the clock of its source.';
COMMENT ON COLUMN dead_letters.episode_id IS 'The alert: alert_episodes.id.';
COMMENT ON COLUMN dead_letters.level IS 'Its severity.';
COMMENT ON COLUMN dead_letters.message IS 'The alert''s summary, for people.';
