-- What the alert handlers are still to be told. A row is written together with its transition, and deleted when its
-- handler has taken it, so nothing that is stored is ever forgotten.

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
COMMENT ON TABLE deliveries IS 'Transitions that an alert handler has not taken yet; those it has taken are deleted.';
COMMENT ON COLUMN deliveries.id IS 'Order in which a handler is told of one episode.';
COMMENT ON COLUMN deliveries.handler IS 'Name of the handler.';
COMMENT ON COLUMN deliveries.episode_id IS 'The episode: alert_episodes.id.';
COMMENT ON COLUMN deliveries.transition_id IS 'What happened to it: alert_transitions.id.';
COMMENT ON COLUMN deliveries.attempts IS 'Attempts so far, with the one under way.';
COMMENT ON COLUMN deliveries.next_attempt_at IS 'When it may be tried again; while an attempt is under way, when that is given up.';
COMMENT ON COLUMN deliveries.last_error IS 'Why the last attempt failed.';
COMMENT ON COLUMN deliveries.dead_at IS 'When it was given up, until it is replayed; NULL while it is tried.';
