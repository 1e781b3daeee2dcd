-- The history of alerts: one row for each episode, every change of it, who acknowledged it, and how people rated it.

CREATE TABLE alert_episodes (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  cluster        text NOT NULL,
  fingerprint    text NOT NULL,
  alertname      text NOT NULL,
  severity       text,
  kpi            text,
  service        text,
  model          text,
  context_size   text,
  operation      text,
  starts_at      timestamptz NOT NULL,
  ends_at        timestamptz,
  last_firing_at timestamptz,
  opened_at      timestamptz NOT NULL DEFAULT now(),
  closed_at      timestamptz,
  closed_how     text CHECK (closed_how IN ('resolved', 'reconciled', 'superseded', 'rule_removed')),
  value          double precision,
  newest_value   double precision,
  peak_value     double precision,
  threshold      double precision,
  summary        text NOT NULL,
  labels         jsonb NOT NULL,
  annotations    jsonb NOT NULL,
  CHECK ((ends_at IS NULL) = (closed_at IS NULL) AND (ends_at IS NULL) = (closed_how IS NULL)),
  CHECK (ends_at >= starts_at),
  UNIQUE (cluster, fingerprint, starts_at)
);
CREATE UNIQUE INDEX alert_episodes_one_open ON alert_episodes (cluster, fingerprint) WHERE ends_at IS NULL;
CREATE INDEX alert_episodes_starts_at ON alert_episodes (starts_at DESC, id DESC);
CREATE INDEX alert_episodes_ends_at ON alert_episodes (ends_at);
COMMENT ON TABLE alert_episodes IS 'One row for each time an alert fired, from its first to its last evaluation, whatever became of its notifications. An episode that proved to be part of the one before it stays as a row of no length: ends_at equals starts_at, and closed_how is superseded.';
COMMENT ON COLUMN alert_episodes.id IS 'Key of the episode, used in links.';
COMMENT ON COLUMN alert_episodes.cluster IS 'Which Prometheus and Alertmanagers it comes from; several Alertmanagers of one cluster share it.';
COMMENT ON COLUMN alert_episodes.fingerprint IS 'Hash of the labels without those of replicas, 16 hex digits, as Alertmanager computes it.';
COMMENT ON COLUMN alert_episodes.alertname IS 'Name of the alerting rule.';
COMMENT ON COLUMN alert_episodes.severity IS 'info, warning, error or critical; other words only for alerts of other origin.';
COMMENT ON COLUMN alert_episodes.kpi IS 'Id of the KPI; NULL for alerts of the pipeline about itself.';
COMMENT ON COLUMN alert_episodes.service IS 'The label job.';
COMMENT ON COLUMN alert_episodes.model IS 'The label model; NULL for alerts that concern none.';
COMMENT ON COLUMN alert_episodes.context_size IS 'The label context_size; NULL for alerts that concern none.';
COMMENT ON COLUMN alert_episodes.operation IS 'The label operation, empty where the metric has none; NULL for alerts that concern no model.';
COMMENT ON COLUMN alert_episodes.starts_at IS 'First evaluation at which it fired.';
COMMENT ON COLUMN alert_episodes.ends_at IS 'First evaluation at which it no longer fired; NULL while it fires. Equal to starts_at where the episode proved to be part of the one before it.';
COMMENT ON COLUMN alert_episodes.last_firing_at IS 'Newest evaluation at which Prometheus itself was seen to have it firing.';
COMMENT ON COLUMN alert_episodes.opened_at IS 'When the recorder stored it.';
COMMENT ON COLUMN alert_episodes.closed_at IS 'When the recorder learned that it had ended.';
COMMENT ON COLUMN alert_episodes.closed_how IS 'resolved: a notification said so. reconciled: Prometheus no longer had it. superseded: a newer episode of the same alert began, or the episode proved to be part of the one before it. rule_removed: its rule is gone.';
COMMENT ON COLUMN alert_episodes.value IS 'The value when the alert first fired: the KPI''s, or how many times as often a target was missed as it allows. NULL where the recorder learned of it later and Prometheus has not kept it.';
COMMENT ON COLUMN alert_episodes.newest_value IS 'The value at last_firing_at, by which it was judged; NULL if only notifications have reported it.';
COMMENT ON COLUMN alert_episodes.peak_value IS 'The worst value seen while it fired: in the KPI''s own direction, and the greatest of an alert that misses a target too often.';
COMMENT ON COLUMN alert_episodes.threshold IS 'The threshold that was breached.';
COMMENT ON COLUMN alert_episodes.summary IS 'What happened, for people.';
COMMENT ON COLUMN alert_episodes.labels IS 'All labels, as Prometheus or Alertmanager gave them.';
COMMENT ON COLUMN alert_episodes.annotations IS 'All annotations, newest texts.';

CREATE TABLE alert_episodes_to_group (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  episode_id bigint NOT NULL REFERENCES alert_episodes ON DELETE CASCADE
);
CREATE INDEX alert_episodes_to_group_episode ON alert_episodes_to_group (episode_id);
COMMENT ON TABLE alert_episodes_to_group IS 'Episodes that began, or whose start or end changed, since their incident was last looked for. A row is deleted when that is done.';
COMMENT ON COLUMN alert_episodes_to_group.id IS 'Order in which they were stored.';
COMMENT ON COLUMN alert_episodes_to_group.episode_id IS 'The episode: alert_episodes.id. It can be there several times.';

CREATE TABLE alert_transitions (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  episode_id  bigint NOT NULL REFERENCES alert_episodes ON DELETE CASCADE,
  kind        text NOT NULL CHECK (kind IN ('opened', 'changed', 'closed', 'reopened', 'storm')),
  at          timestamptz NOT NULL,
  via         text NOT NULL CHECK (via IN ('webhook', 'prometheus', 'recorder')),
  recorded_at timestamptz NOT NULL DEFAULT now(),
  detail      jsonb NOT NULL
);
CREATE INDEX alert_transitions_episode ON alert_transitions (episode_id, id);
CREATE INDEX alert_transitions_storms ON alert_transitions (at) WHERE kind = 'storm';
COMMENT ON TABLE alert_transitions IS 'Each change of an episode, in the order in which it was learned.';
COMMENT ON COLUMN alert_transitions.id IS 'Order in which transitions were stored.';
COMMENT ON COLUMN alert_transitions.episode_id IS 'The episode: alert_episodes.id.';
COMMENT ON COLUMN alert_transitions.kind IS 'opened, changed (start, threshold or text), closed, reopened (Prometheus shows it never ended), or storm (several services breached within a minute; this was the last).';
COMMENT ON COLUMN alert_transitions.at IS 'When it happened, by the clock of its source.';
COMMENT ON COLUMN alert_transitions.via IS 'The source it was learned from; recorder where the recorder concluded it.';
COMMENT ON COLUMN alert_transitions.recorded_at IS 'When the recorder stored it.';
COMMENT ON COLUMN alert_transitions.detail IS 'What changed: new values by column name, times as Unix seconds.';

CREATE TABLE alert_acknowledgements (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  episode_id bigint NOT NULL REFERENCES alert_episodes ON DELETE CASCADE,
  by         text NOT NULL,
  comment    text,
  at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX alert_acknowledgements_episode ON alert_acknowledgements (episode_id, id);
COMMENT ON TABLE alert_acknowledgements IS 'Each time somebody acknowledged an episode. It silences nothing; it shows others who is working on it.';
COMMENT ON COLUMN alert_acknowledgements.id IS 'Order in which they were stored.';
COMMENT ON COLUMN alert_acknowledgements.episode_id IS 'The episode: alert_episodes.id.';
COMMENT ON COLUMN alert_acknowledgements.by IS 'Who, as they call themselves.';
COMMENT ON COLUMN alert_acknowledgements.comment IS 'Their comment; NULL without one.';
COMMENT ON COLUMN alert_acknowledgements.at IS 'When the recorder stored it.';

CREATE TABLE alert_ratings (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  episode_id bigint NOT NULL REFERENCES alert_episodes ON DELETE CASCADE,
  rating     text CHECK (rating IN ('useful', 'noise')),
  by         text NOT NULL,
  comment    text,
  at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX alert_ratings_episode ON alert_ratings (episode_id, id);
COMMENT ON TABLE alert_ratings IS 'Each time somebody rated an episode. The newest one counts.';
COMMENT ON COLUMN alert_ratings.id IS 'Order in which they were stored.';
COMMENT ON COLUMN alert_ratings.episode_id IS 'The episode: alert_episodes.id.';
COMMENT ON COLUMN alert_ratings.rating IS 'useful: it was worth the interruption. noise: it was not. NULL where a rating was taken back.';
COMMENT ON COLUMN alert_ratings.by IS 'Who: the name of the key, or as they call themselves without one of their own.';
COMMENT ON COLUMN alert_ratings.comment IS 'Their comment; NULL without one.';
COMMENT ON COLUMN alert_ratings.at IS 'When the recorder stored it.';

CREATE TABLE reconciles (
  cluster       text NOT NULL,
  source        text NOT NULL,
  reached       timestamptz NOT NULL,
  reconciled_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (cluster, source)
);
COMMENT ON TABLE reconciles IS 'How far the alert history agrees with what each Prometheus itself has stored.';
COMMENT ON COLUMN reconciles.cluster IS 'See alert_episodes.cluster.';
COMMENT ON COLUMN reconciles.source IS 'Address of the Prometheus.';
COMMENT ON COLUMN reconciles.reached IS 'Every alert that fired there before this instant has its episode.';
COMMENT ON COLUMN reconciles.reconciled_at IS 'When that was last checked.';
