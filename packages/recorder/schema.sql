-- The final shape of the recorder's database, for people to read. Never edit it: edit baseline/, then `npm run schema`.
-- Sorted by name, so it does not load in one pass: `mnemoscope database` makes a database.

CREATE TABLE alert_acknowledgements (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  episode_id bigint NOT NULL,
  by text NOT NULL,
  comment text,
  at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT alert_acknowledgements_pkey PRIMARY KEY (id),
  CONSTRAINT alert_acknowledgements_episode_id_fkey FOREIGN KEY (episode_id) REFERENCES alert_episodes(id) ON DELETE CASCADE
);
CREATE INDEX alert_acknowledgements_episode ON alert_acknowledgements USING btree (episode_id, id);
COMMENT ON TABLE alert_acknowledgements IS 'Each time somebody acknowledged an episode. It silences nothing; it shows others who is working on it.';
COMMENT ON COLUMN alert_acknowledgements.id IS 'Order in which they were stored.';
COMMENT ON COLUMN alert_acknowledgements.episode_id IS 'The episode: alert_episodes.id.';
COMMENT ON COLUMN alert_acknowledgements.by IS 'Who, as they call themselves.';
COMMENT ON COLUMN alert_acknowledgements.comment IS 'Their comment; NULL without one.';
COMMENT ON COLUMN alert_acknowledgements.at IS 'When the recorder stored it.';

CREATE TABLE alert_episodes (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  cluster text NOT NULL,
  fingerprint text NOT NULL,
  alertname text NOT NULL,
  severity text,
  kpi text,
  service text,
  model text,
  context_size text,
  operation text,
  starts_at timestamp with time zone NOT NULL,
  ends_at timestamp with time zone,
  last_firing_at timestamp with time zone,
  opened_at timestamp with time zone DEFAULT now() NOT NULL,
  closed_at timestamp with time zone,
  closed_how text,
  value double precision,
  newest_value double precision,
  peak_value double precision,
  threshold double precision,
  summary text NOT NULL,
  labels jsonb NOT NULL,
  annotations jsonb NOT NULL,
  CONSTRAINT alert_episodes_pkey PRIMARY KEY (id),
  CONSTRAINT alert_episodes_cluster_fingerprint_starts_at_key UNIQUE (cluster, fingerprint, starts_at),
  CONSTRAINT alert_episodes_check CHECK ((((ends_at IS NULL) = (closed_at IS NULL)) AND ((ends_at IS NULL) = (closed_how IS NULL)))),
  CONSTRAINT alert_episodes_check1 CHECK ((ends_at >= starts_at)),
  CONSTRAINT alert_episodes_closed_how_check CHECK ((closed_how = ANY (ARRAY['resolved'::text, 'reconciled'::text, 'superseded'::text, 'rule_removed'::text])))
);
CREATE INDEX alert_episodes_ends_at ON alert_episodes USING btree (ends_at);
CREATE INDEX alert_episodes_starts_at ON alert_episodes USING btree (starts_at DESC, id DESC);
CREATE UNIQUE INDEX alert_episodes_one_open ON alert_episodes USING btree (cluster, fingerprint) WHERE (ends_at IS NULL);
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
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  episode_id bigint NOT NULL,
  CONSTRAINT alert_episodes_to_group_pkey PRIMARY KEY (id),
  CONSTRAINT alert_episodes_to_group_episode_id_fkey FOREIGN KEY (episode_id) REFERENCES alert_episodes(id) ON DELETE CASCADE
);
CREATE INDEX alert_episodes_to_group_episode ON alert_episodes_to_group USING btree (episode_id);
COMMENT ON TABLE alert_episodes_to_group IS 'Episodes that began, or whose start or end changed, since their incident was last looked for. A row is deleted when that is done.';
COMMENT ON COLUMN alert_episodes_to_group.id IS 'Order in which they were stored.';
COMMENT ON COLUMN alert_episodes_to_group.episode_id IS 'The episode: alert_episodes.id. It can be there several times.';

CREATE TABLE alert_incident_actions (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  incident_id bigint NOT NULL,
  kind text NOT NULL,
  by text NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  comment text,
  other_id bigint,
  episode_ids bigint[],
  CONSTRAINT alert_incident_actions_pkey PRIMARY KEY (id),
  CONSTRAINT alert_incident_actions_kind_check CHECK ((kind = ANY (ARRAY['comment'::text, 'title'::text, 'merge'::text, 'split'::text]))),
  CONSTRAINT alert_incident_actions_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES alert_incidents(id) ON DELETE CASCADE
);
CREATE INDEX alert_incident_actions_incident ON alert_incident_actions USING btree (incident_id, id);
COMMENT ON TABLE alert_incident_actions IS 'What people did with an incident, each time. Acknowledgements are of episodes: alert_acknowledgements.';
COMMENT ON COLUMN alert_incident_actions.id IS 'Order in which they were stored.';
COMMENT ON COLUMN alert_incident_actions.incident_id IS 'The incident: alert_incidents.id.';
COMMENT ON COLUMN alert_incident_actions.kind IS 'comment; title: wrote its title; merge: made another incident part of it; split: took episodes out of it.';
COMMENT ON COLUMN alert_incident_actions.by IS 'Who, as they call themselves.';
COMMENT ON COLUMN alert_incident_actions.at IS 'When the recorder stored it.';
COMMENT ON COLUMN alert_incident_actions.comment IS 'The comment, or the title; NULL for a merge or split without one.';
COMMENT ON COLUMN alert_incident_actions.other_id IS 'The incident that was merged into it, or that episodes were split off to: alert_incidents.id when it was done.';
COMMENT ON COLUMN alert_incident_actions.episode_ids IS 'The episodes that a merge or split moved: alert_episodes.id when it was done.';

CREATE TABLE alert_incident_episodes (
  episode_id bigint NOT NULL,
  incident_id bigint NOT NULL,
  by_person boolean DEFAULT false NOT NULL,
  CONSTRAINT alert_incident_episodes_pkey PRIMARY KEY (episode_id),
  CONSTRAINT alert_incident_episodes_episode_id_fkey FOREIGN KEY (episode_id) REFERENCES alert_episodes(id) ON DELETE CASCADE,
  CONSTRAINT alert_incident_episodes_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES alert_incidents(id)
);
CREATE INDEX alert_incident_episodes_incident ON alert_incident_episodes USING btree (incident_id);
COMMENT ON TABLE alert_incident_episodes IS 'The incident of each alert episode: exactly one, some seconds after the episode is stored.';
COMMENT ON COLUMN alert_incident_episodes.episode_id IS 'The episode: alert_episodes.id.';
COMMENT ON COLUMN alert_incident_episodes.incident_id IS 'The incident: alert_incidents.id.';
COMMENT ON COLUMN alert_incident_episodes.by_person IS 'Whether a person has put it there by a merge or a split: then it stays, whatever else becomes known.';

CREATE TABLE alert_incidents (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  title text NOT NULL,
  titled_by text,
  into_id bigint,
  opened_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT alert_incidents_pkey PRIMARY KEY (id),
  CONSTRAINT alert_incidents_check CHECK ((into_id <> id)),
  CONSTRAINT alert_incidents_into_id_fkey FOREIGN KEY (into_id) REFERENCES alert_incidents(id) ON DELETE CASCADE
);
CREATE INDEX alert_incidents_into ON alert_incidents USING btree (into_id) WHERE (into_id IS NOT NULL);
COMMENT ON TABLE alert_incidents IS 'One row for each incident; the view incidents has what its episodes say of it. A row whose last episode is deleted is deleted with it.';
COMMENT ON COLUMN alert_incidents.id IS 'Key of the incident, used in links.';
COMMENT ON COLUMN alert_incidents.title IS 'What it is about: its service, its KPIs and its number of alerts, or what a person has written.';
COMMENT ON COLUMN alert_incidents.titled_by IS 'Who wrote the title; NULL where it was made from the episodes.';
COMMENT ON COLUMN alert_incidents.into_id IS 'The incident that it became part of; NULL for one that stands by itself.';
COMMENT ON COLUMN alert_incidents.opened_at IS 'When the recorder stored it.';

CREATE TABLE alert_notifications (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  episode_id bigint NOT NULL,
  at timestamp with time zone NOT NULL,
  receiver text,
  integration text,
  outcome text NOT NULL,
  reason text,
  silences jsonb DEFAULT '[]'::jsonb NOT NULL,
  inhibited_by text[] DEFAULT '{}'::text[] NOT NULL,
  mute_times text[] DEFAULT '{}'::text[] NOT NULL,
  due_at timestamp with time zone,
  via text NOT NULL,
  recorded_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT alert_notifications_pkey PRIMARY KEY (id),
  CONSTRAINT alert_notifications_episode_id_at_receiver_integration_outc_key UNIQUE (episode_id, at, receiver, integration, outcome),
  CONSTRAINT alert_notifications_outcome_check CHECK ((outcome = ANY (ARRAY['routed'::text, 'success'::text, 'error'::text, 'unknown'::text, 'silenced'::text, 'inhibited'::text, 'muted'::text, 'no_receiver'::text, 'not_there'::text]))),
  CONSTRAINT alert_notifications_via_check CHECK ((via = ANY (ARRAY['api'::text, 'metrics'::text, 'events'::text]))),
  CONSTRAINT alert_notifications_episode_id_fkey FOREIGN KEY (episode_id) REFERENCES alert_episodes(id) ON DELETE CASCADE
);
CREATE INDEX alert_notifications_at ON alert_notifications USING btree (at);
CREATE INDEX alert_notifications_episode ON alert_notifications USING btree (episode_id, id);
COMMENT ON TABLE alert_notifications IS 'What became of the notifications of an alert, one row for each thing that was learned: routed, delivered, failed, or what held it back. Rows are added and never changed, at most 200 of an episode; they go with it.';
COMMENT ON COLUMN alert_notifications.id IS 'Order in which it was learned.';
COMMENT ON COLUMN alert_notifications.episode_id IS 'The episode: alert_episodes.id.';
COMMENT ON COLUMN alert_notifications.at IS 'When it was so, by the recorder''s clock; of via events by Alertmanager''s.';
COMMENT ON COLUMN alert_notifications.receiver IS 'Name of the receiver in Alertmanager; NULL where it is of the alert as a whole.';
COMMENT ON COLUMN alert_notifications.integration IS 'How the receiver is notified: webhook, email, slack, pagerduty and so on; NULL where it is not known.';
COMMENT ON COLUMN alert_notifications.outcome IS 'routed: a route leads there, and it is still to be sent. success: delivered. error: every attempt failed. unknown: Alertmanager does not tell. silenced, inhibited, muted: held back. no_receiver: no route leads to people. not_there: Alertmanager does not have the alert.';
COMMENT ON COLUMN alert_notifications.reason IS 'Of error Alertmanager''s word for it, such as serverError or authError, or attempts_fail where it has none. Of unknown: some_fail (some notifications of that kind failed in that time, and some did not), not_sent (none was counted), not_repeated (none was counted, and people had been notified of an episode of the same alert that ended just before), not_seen (the recorder did not see all of the time, or not every Alertmanager), not_counted (Alertmanager shows no counts), held_back_later (something held it back before it was clear). NULL otherwise.';
COMMENT ON COLUMN alert_notifications.silences IS 'Silences that hold it back, as a list of objects with id, by, comment, and until as Unix seconds.';
COMMENT ON COLUMN alert_notifications.inhibited_by IS 'Names of alerts that inhibit it.';
COMMENT ON COLUMN alert_notifications.mute_times IS 'Names of the mute times that hold it back.';
COMMENT ON COLUMN alert_notifications.due_at IS 'Of routed: when Alertmanager has sent it at the latest; then it is clear what became of it. NULL otherwise.';
COMMENT ON COLUMN alert_notifications.via IS 'How it was learned: from Alertmanager''s API, its metrics, or its event recorder.';
COMMENT ON COLUMN alert_notifications.recorded_at IS 'When the recorder stored it.';

CREATE TABLE alert_ratings (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  episode_id bigint NOT NULL,
  rating text,
  by text NOT NULL,
  comment text,
  at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT alert_ratings_pkey PRIMARY KEY (id),
  CONSTRAINT alert_ratings_rating_check CHECK ((rating = ANY (ARRAY['useful'::text, 'noise'::text]))),
  CONSTRAINT alert_ratings_episode_id_fkey FOREIGN KEY (episode_id) REFERENCES alert_episodes(id) ON DELETE CASCADE
);
CREATE INDEX alert_ratings_episode ON alert_ratings USING btree (episode_id, id);
COMMENT ON TABLE alert_ratings IS 'Each time somebody rated an episode. The newest one counts.';
COMMENT ON COLUMN alert_ratings.id IS 'Order in which they were stored.';
COMMENT ON COLUMN alert_ratings.episode_id IS 'The episode: alert_episodes.id.';
COMMENT ON COLUMN alert_ratings.rating IS 'useful: it was worth the interruption. noise: it was not. NULL where a rating was taken back.';
COMMENT ON COLUMN alert_ratings.by IS 'Who: the name of the key, or as they call themselves without one of their own.';
COMMENT ON COLUMN alert_ratings.comment IS 'Their comment; NULL without one.';
COMMENT ON COLUMN alert_ratings.at IS 'When the recorder stored it.';

CREATE TABLE alert_transitions (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  episode_id bigint NOT NULL,
  kind text NOT NULL,
  at timestamp with time zone NOT NULL,
  via text NOT NULL,
  recorded_at timestamp with time zone DEFAULT now() NOT NULL,
  detail jsonb NOT NULL,
  CONSTRAINT alert_transitions_pkey PRIMARY KEY (id),
  CONSTRAINT alert_transitions_kind_check CHECK ((kind = ANY (ARRAY['opened'::text, 'changed'::text, 'closed'::text, 'reopened'::text, 'storm'::text]))),
  CONSTRAINT alert_transitions_via_check CHECK ((via = ANY (ARRAY['webhook'::text, 'prometheus'::text, 'recorder'::text]))),
  CONSTRAINT alert_transitions_episode_id_fkey FOREIGN KEY (episode_id) REFERENCES alert_episodes(id) ON DELETE CASCADE
);
CREATE INDEX alert_transitions_episode ON alert_transitions USING btree (episode_id, id);
CREATE INDEX alert_transitions_storms ON alert_transitions USING btree (at) WHERE (kind = 'storm'::text);
COMMENT ON TABLE alert_transitions IS 'Each change of an episode, in the order in which it was learned.';
COMMENT ON COLUMN alert_transitions.id IS 'Order in which transitions were stored.';
COMMENT ON COLUMN alert_transitions.episode_id IS 'The episode: alert_episodes.id.';
COMMENT ON COLUMN alert_transitions.kind IS 'opened, changed (start, threshold or text), closed, reopened (Prometheus shows it never ended), or storm (several services breached within a minute; this was the last).';
COMMENT ON COLUMN alert_transitions.at IS 'When it happened, by the clock of its source.';
COMMENT ON COLUMN alert_transitions.via IS 'The source it was learned from; recorder where the recorder concluded it.';
COMMENT ON COLUMN alert_transitions.recorded_at IS 'When the recorder stored it.';
COMMENT ON COLUMN alert_transitions.detail IS 'What changed: new values by column name, times as Unix seconds.';

CREATE TABLE alertmanager_counts (
  alertmanager text NOT NULL,
  at timestamp with time zone NOT NULL,
  started_at double precision NOT NULL,
  counts jsonb NOT NULL,
  members integer,
  own jsonb NOT NULL,
  CONSTRAINT alertmanager_counts_pkey PRIMARY KEY (alertmanager, at)
);
COMMENT ON TABLE alertmanager_counts IS 'What each Alertmanager had counted of its notifications, for the last hour: what came between two rows tells what became of an alert that was due.';
COMMENT ON COLUMN alertmanager_counts.alertmanager IS 'Its address.';
COMMENT ON COLUMN alertmanager_counts.at IS 'When the recorder asked.';
COMMENT ON COLUMN alertmanager_counts.started_at IS 'When its process began, Unix seconds: counts begin anew then.';
COMMENT ON COLUMN alertmanager_counts.counts IS 'Counts of each integration and, where Alertmanager says it, receiver, that are not all 0.';
COMMENT ON COLUMN alertmanager_counts.members IS 'How many Alertmanagers its cluster has, itself included; NULL without a cluster.';
COMMENT ON COLUMN alertmanager_counts.own IS 'Notifications that the recorder itself had taken, and since when: these are of no person.';

CREATE TABLE audit_log (
  id uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  by text,
  sender text,
  operation text NOT NULL,
  scope text NOT NULL,
  allowed boolean NOT NULL,
  code text,
  unlogged integer DEFAULT 0 NOT NULL,
  recorded_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT audit_log_pkey PRIMARY KEY (id)
);
CREATE INDEX audit_log_at ON audit_log USING btree (at DESC);
COMMENT ON TABLE audit_log IS 'Each request that changed the configuration or an alert or reported a deployment, each that was refused, and each key that was made, rotated or revoked. Entries can only be added; after 400 days the recorder removes them.';
COMMENT ON COLUMN audit_log.id IS 'The entry''s own: an entry that is sent twice is stored once.';
COMMENT ON COLUMN audit_log.at IS 'When the request was answered, by the recorder''s clock.';
COMMENT ON COLUMN audit_log.by IS 'Name of the key, or "token"; NULL for a request without a valid one. For a change of a key the user of the machine who ran the command.';
COMMENT ON COLUMN audit_log.sender IS 'Address that the request came from: a proxy''s, if there is one. NULL for a change of a key.';
COMMENT ON COLUMN audit_log.operation IS 'Method and path, as /api/openapi.json has them, or "key create", "key rotate" or "key revoke" and the key''s name.';
COMMENT ON COLUMN audit_log.scope IS 'What a key must have to do this; for a change of a key what the key has, and for which services.';
COMMENT ON COLUMN audit_log.allowed IS 'false for a request that was refused or failed: it changed nothing.';
COMMENT ON COLUMN audit_log.code IS 'Code of the error, such as ACCESS_DENIED; NULL where it was allowed.';
COMMENT ON COLUMN audit_log.unlogged IS 'Refusals of the same sender before this one that have no entry, as there were too many.';
COMMENT ON COLUMN audit_log.recorded_at IS 'When it was stored.';

CREATE TABLE bucket_boundaries (
  kpi text NOT NULL,
  upper double precision[] DEFAULT '{}'::double precision[] NOT NULL,
  ascending integer[] DEFAULT '{}'::integer[] NOT NULL,
  CONSTRAINT bucket_boundaries_pkey PRIMARY KEY (kpi)
);
COMMENT ON TABLE bucket_boundaries IS 'Which histogram bucket is which in snapshots.buckets. Boundaries are added at the end and never removed, whatever the configuration becomes.';
COMMENT ON COLUMN bucket_boundaries.kpi IS 'Id of the KPI.';
COMMENT ON COLUMN bucket_boundaries.upper IS 'Upper boundaries, in the KPI''s unit. The number of the first one''s bucket are the last twelve digits of buckets, that of the second one''s the twelve before them, and so on. Infinity: beyond the last boundary.';
COMMENT ON COLUMN bucket_boundaries.ascending IS 'Places in upper, in the order of the boundaries.';

CREATE TABLE config_changes (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  at timestamp with time zone NOT NULL,
  by text NOT NULL,
  source text NOT NULL,
  sha256 text NOT NULL,
  previous_sha256 text,
  summary text[] DEFAULT '{}'::text[] NOT NULL,
  differences jsonb NOT NULL,
  restarts jsonb NOT NULL,
  config jsonb NOT NULL,
  recorded_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT config_changes_pkey PRIMARY KEY (id),
  CONSTRAINT config_changes_source_check CHECK ((source = ANY (ARRAY['start'::text, 'file'::text, 'api'::text])))
);
CREATE INDEX config_changes_at ON config_changes USING btree (at DESC, id DESC);
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

CREATE TABLE deliveries (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  handler text NOT NULL,
  episode_id bigint NOT NULL,
  transition_id bigint NOT NULL,
  attempts integer DEFAULT 0 NOT NULL,
  next_attempt_at timestamp with time zone DEFAULT now() NOT NULL,
  last_error text,
  dead_at timestamp with time zone,
  CONSTRAINT deliveries_pkey PRIMARY KEY (id),
  CONSTRAINT deliveries_handler_transition_id_key UNIQUE (handler, transition_id),
  CONSTRAINT deliveries_episode_id_fkey FOREIGN KEY (episode_id) REFERENCES alert_episodes(id) ON DELETE CASCADE,
  CONSTRAINT deliveries_transition_id_fkey FOREIGN KEY (transition_id) REFERENCES alert_transitions(id) ON DELETE CASCADE
);
CREATE INDEX deliveries_episode ON deliveries USING btree (episode_id);
CREATE INDEX deliveries_in_order ON deliveries USING btree (handler, episode_id, id) WHERE (dead_at IS NULL);
CREATE INDEX deliveries_transition ON deliveries USING btree (transition_id);
COMMENT ON TABLE deliveries IS 'Transitions that an alert handler has not taken yet. A row is deleted when its handler has taken it.';
COMMENT ON COLUMN deliveries.id IS 'Order in which a handler gets the events of one episode.';
COMMENT ON COLUMN deliveries.handler IS 'Name of the handler.';
COMMENT ON COLUMN deliveries.episode_id IS 'The episode: alert_episodes.id.';
COMMENT ON COLUMN deliveries.transition_id IS 'What happened to it: alert_transitions.id.';
COMMENT ON COLUMN deliveries.attempts IS 'Attempts so far, the current one included.';
COMMENT ON COLUMN deliveries.next_attempt_at IS 'When it may be tried again. During an attempt: when that attempt counts as failed.';
COMMENT ON COLUMN deliveries.last_error IS 'Why the last attempt failed.';
COMMENT ON COLUMN deliveries.dead_at IS 'When it was given up; NULL while it is tried, and again after a replay.';

CREATE TABLE deployment_searches (
  cluster text NOT NULL,
  reached timestamp with time zone NOT NULL,
  CONSTRAINT deployment_searches_pkey PRIMARY KEY (cluster)
);
COMMENT ON TABLE deployment_searches IS 'How far each Prometheus was searched for versions.';
COMMENT ON COLUMN deployment_searches.cluster IS 'See alert_episodes.cluster.';
COMMENT ON COLUMN deployment_searches.reached IS 'Every version that ran before this instant is known.';

CREATE TABLE deployments (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  at timestamp with time zone NOT NULL,
  service text NOT NULL,
  version text NOT NULL,
  previous_version text,
  source text NOT NULL,
  by text,
  recorded_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT deployments_pkey PRIMARY KEY (id),
  CONSTRAINT deployments_service_at_version_key UNIQUE (service, at, version),
  CONSTRAINT deployments_source_check CHECK ((source = ANY (ARRAY['observed'::text, 'api'::text])))
);
CREATE INDEX deployments_at ON deployments USING btree (at DESC, id DESC);
COMMENT ON TABLE deployments IS 'Each time another version of a service came. A deployment that is reported twice, or reported and observed, is one row.';
COMMENT ON COLUMN deployments.id IS 'Order in which they were stored.';
COMMENT ON COLUMN deployments.at IS 'When: the reported time, or the start of the first process of that version, or its first scrape where the start is unknown.';
COMMENT ON COLUMN deployments.service IS 'The service: the label job.';
COMMENT ON COLUMN deployments.version IS 'The version that came: service.version of its processes.';
COMMENT ON COLUMN deployments.previous_version IS 'The one that came before it; NULL for the first that is known of the service.';
COMMENT ON COLUMN deployments.source IS 'observed: the series target_info showed it. api: POST /api/deployments.';
COMMENT ON COLUMN deployments.by IS 'Who deployed, from the request; NULL where only observed.';
COMMENT ON COLUMN deployments.recorded_at IS 'When the recorder stored it.';

CREATE TABLE measurements (
  at timestamp with time zone NOT NULL,
  id uuid NOT NULL,
  value double precision,
  weight double precision DEFAULT 1 NOT NULL,
  sampling double precision DEFAULT 1 NOT NULL,
  received_at timestamp with time zone DEFAULT now() NOT NULL,
  compared_as bigint GENERATED ALWAYS AS (hash_array_extended(ARRAY[kpi, service, model, context_size, operation, (metadata ->> 'evaluator'::text), (metadata ->> 'structure'::text)], (0)::bigint)) STORED NOT NULL,
  kpi text NOT NULL,
  outcome text,
  service text NOT NULL,
  model text NOT NULL,
  context_size text NOT NULL,
  operation text DEFAULT ''::text NOT NULL,
  severity text,
  trace_id text,
  span_id text,
  metadata jsonb NOT NULL,
  CONSTRAINT measurements_pkey PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
CREATE INDEX measurements_place ON ONLY measurements USING btree (kpi, model, at);
CREATE INDEX measurements_worst ON ONLY measurements USING btree (kpi, model, value, at);
COMMENT ON TABLE measurements IS 'Single measurements with what is known of the operation behind them. One partition for each UTC day.';
COMMENT ON COLUMN measurements.at IS 'When it was measured.';
COMMENT ON COLUMN measurements.id IS 'Hash of its content: the same record sent twice is stored once.';
COMMENT ON COLUMN measurements.value IS 'The value, in the KPI''s unit; for a KPI that counts outcomes 1 or 0, NULL for an outcome that stays out of its ratio.';
COMMENT ON COLUMN measurements.weight IS 'How many measurements it stands for: 1 for a breach, which is always kept, and 1 / sampling for another. Sums with this weight estimate sums over all measurements.';
COMMENT ON COLUMN measurements.sampling IS 'Share of the measurements that are no breaches that its service kept at that time, 0 to 1.';
COMMENT ON COLUMN measurements.received_at IS 'When the recorder stored it.';
COMMENT ON COLUMN measurements.compared_as IS 'Hash of what compare_measurements keeps apart: KPI, service, model, context size, operation, evaluator and structure. One number is grouped faster than seven texts.';
COMMENT ON COLUMN measurements.kpi IS 'Id of the KPI.';
COMMENT ON COLUMN measurements.outcome IS 'The outcome, for a KPI that counts them.';
COMMENT ON COLUMN measurements.service IS 'Service that measured it: service.name.';
COMMENT ON COLUMN measurements.model IS 'Model in use.';
COMMENT ON COLUMN measurements.context_size IS 'Class of context sizes as the label has it: tokens, or +Inf.';
COMMENT ON COLUMN measurements.operation IS 'Kind of operation; empty where none was named.';
COMMENT ON COLUMN measurements.severity IS 'Level whose threshold it is at or beyond; NULL where it is beyond none.';
COMMENT ON COLUMN measurements.trace_id IS 'Trace it was measured in, 32 hex digits; NULL outside of traces.';
COMMENT ON COLUMN measurements.span_id IS 'Span it was measured in, 16 hex digits.';
COMMENT ON COLUMN measurements.metadata IS 'Further details from the service that are too varied for labels.';

CREATE TABLE reconciles (
  cluster text NOT NULL,
  source text NOT NULL,
  reached timestamp with time zone NOT NULL,
  reconciled_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT reconciles_pkey PRIMARY KEY (cluster, source)
);
COMMENT ON TABLE reconciles IS 'How far the alert history agrees with what each Prometheus itself has stored.';
COMMENT ON COLUMN reconciles.cluster IS 'See alert_episodes.cluster.';
COMMENT ON COLUMN reconciles.source IS 'Address of the Prometheus.';
COMMENT ON COLUMN reconciles.reached IS 'Every alert that fired there before this instant has its episode.';
COMMENT ON COLUMN reconciles.reconciled_at IS 'When that was last checked.';

CREATE TABLE rolled_up_5min (
  start timestamp with time zone NOT NULL,
  rolled_up_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT rolled_up_5min_pkey PRIMARY KEY (start)
);
COMMENT ON TABLE rolled_up_5min IS 'Five minutes whose roll-up agrees with their snapshots. See rolled_up_hours.';
COMMENT ON COLUMN rolled_up_5min.start IS 'Start of the five minutes, a multiple of them.';
COMMENT ON COLUMN rolled_up_5min.rolled_up_at IS 'When they were last added up.';

CREATE TABLE rolled_up_6h (
  start timestamp with time zone NOT NULL,
  rolled_up_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT rolled_up_6h_pkey PRIMARY KEY (start)
);
COMMENT ON TABLE rolled_up_6h IS 'Six hours whose roll-up agrees with their snapshots. See rolled_up_hours.';
COMMENT ON COLUMN rolled_up_6h.start IS 'Start of the six hours: 00:00, 06:00, 12:00 or 18:00 UTC.';
COMMENT ON COLUMN rolled_up_6h.rolled_up_at IS 'When they were last added up.';

CREATE TABLE rolled_up_hours (
  hour timestamp with time zone NOT NULL,
  rolled_up_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT rolled_up_hours_pkey PRIMARY KEY (hour)
);
COMMENT ON TABLE rolled_up_hours IS 'Hours whose roll-up agrees with their snapshots. A late snapshot removes its hour from this list until the next roll-up.';
COMMENT ON COLUMN rolled_up_hours.hour IS 'Start of the hour.';
COMMENT ON COLUMN rolled_up_hours.rolled_up_at IS 'When it was last added up.';

CREATE TABLE schema_baseline (
  sha256 text NOT NULL,
  objects text[] NOT NULL,
  applied_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT schema_baseline_pkey PRIMARY KEY (sha256)
);
COMMENT ON TABLE schema_baseline IS 'The baseline that made the tables of the recorder: one row.';
COMMENT ON COLUMN schema_baseline.sha256 IS 'Hash of the statements that made the tables, views and functions.';
COMMENT ON COLUMN schema_baseline.objects IS 'What they made, such as TABLE series, in this order.';
COMMENT ON COLUMN schema_baseline.applied_at IS 'When that was.';

CREATE TABLE series (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  service text NOT NULL,
  model text NOT NULL,
  context_size text NOT NULL,
  operation text DEFAULT ''::text NOT NULL,
  context_tokens integer GENERATED ALWAYS AS (context_tokens(context_size)) STORED,
  first_seen_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT series_pkey PRIMARY KEY (id),
  CONSTRAINT series_service_model_context_size_operation_key UNIQUE (service, model, context_size, operation)
);
COMMENT ON TABLE series IS 'One row for each service, model, class of context sizes and operation. Rows are never deleted: their number grows with what runs, not with time, and only a look at every snapshot could tell which are unused.';
COMMENT ON COLUMN series.id IS 'Key that snapshots refer to.';
COMMENT ON COLUMN series.service IS 'Service the measurements come from: the label job.';
COMMENT ON COLUMN series.model IS 'Model in use: the label model.';
COMMENT ON COLUMN series.context_size IS 'Class of context sizes as the label has it: the largest size it holds, in tokens, or +Inf.';
COMMENT ON COLUMN series.operation IS 'Kind of operation: the label operation. Empty where the metric has none.';
COMMENT ON COLUMN series.context_tokens IS 'The same as a number, see the function context_tokens; NULL for +Inf and for labels that are no number.';
COMMENT ON COLUMN series.first_seen_at IS 'When the recorder first stored a snapshot of it.';

CREATE TABLE series_5min (
  start timestamp with time zone NOT NULL,
  series_id integer NOT NULL,
  snapshots integer NOT NULL,
  CONSTRAINT series_5min_pkey PRIMARY KEY (start, series_id)
) PARTITION BY RANGE (start);
COMMENT ON TABLE series_5min IS 'How many snapshots each series has in each five minutes, whatever KPIs they hold. One partition for each UTC day.';
COMMENT ON COLUMN series_5min.start IS 'Start of the five minutes.';
COMMENT ON COLUMN series_5min.series_id IS 'Service, model, context size and operation: series.id.';
COMMENT ON COLUMN series_5min.snapshots IS 'Instants at which it has a snapshot.';

CREATE TABLE series_6h (
  start timestamp with time zone NOT NULL,
  series_id integer NOT NULL,
  snapshots integer NOT NULL,
  CONSTRAINT series_6h_pkey PRIMARY KEY (start, series_id)
);
COMMENT ON TABLE series_6h IS 'How many snapshots each series has in each six hours, whatever KPIs they hold.';
COMMENT ON COLUMN series_6h.start IS 'Start of the six hours.';
COMMENT ON COLUMN series_6h.series_id IS 'Service, model, context size and operation: series.id.';
COMMENT ON COLUMN series_6h.snapshots IS 'Instants at which it has a snapshot.';

CREATE TABLE series_hourly (
  hour timestamp with time zone NOT NULL,
  series_id integer NOT NULL,
  snapshots integer NOT NULL,
  CONSTRAINT series_hourly_pkey PRIMARY KEY (hour, series_id)
);
COMMENT ON TABLE series_hourly IS 'How many snapshots each series has in each hour, whatever KPIs they hold.';
COMMENT ON COLUMN series_hourly.hour IS 'Start of the hour.';
COMMENT ON COLUMN series_hourly.series_id IS 'Service, model, context size and operation: series.id.';
COMMENT ON COLUMN series_hourly.snapshots IS 'Instants at which it has a snapshot.';

CREATE TABLE service_versions (
  service text NOT NULL,
  version text NOT NULL,
  first_seen_at timestamp with time zone NOT NULL,
  last_seen_at timestamp with time zone NOT NULL,
  CONSTRAINT service_versions_pkey PRIMARY KEY (service, version)
);
COMMENT ON TABLE service_versions IS 'Versions that processes of a service were seen to run. A version that comes back after an outage is not a new deployment.';
COMMENT ON COLUMN service_versions.service IS 'The label job.';
COMMENT ON COLUMN service_versions.version IS 'service.version of its processes.';
COMMENT ON COLUMN service_versions.first_seen_at IS 'When a process of it was first seen.';
COMMENT ON COLUMN service_versions.last_seen_at IS 'When a process of it was last seen.';

CREATE TABLE snapshot_instants (
  at timestamp with time zone NOT NULL,
  rows integer NOT NULL,
  gap text,
  taken_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT snapshot_instants_pkey PRIMARY KEY (at)
);
CREATE INDEX snapshot_instants_taken_at ON snapshot_instants USING btree (taken_at);
COMMENT ON TABLE snapshot_instants IS 'Every aligned instant that has its snapshot or is a known gap. An instant without a row is still to be filled.';
COMMENT ON COLUMN snapshot_instants.at IS 'The aligned instant.';
COMMENT ON COLUMN snapshot_instants.rows IS 'Rows of snapshots stored for it; 0 for a gap, and where no service reported anything.';
COMMENT ON COLUMN snapshot_instants.gap IS 'Why nothing is known of this instant; NULL where it has its snapshot.';
COMMENT ON COLUMN snapshot_instants.taken_at IS 'When the recorder stored it; much later than the instant where it was filled in after an outage.';

CREATE TABLE snapshots (
  at timestamp with time zone NOT NULL,
  series_id integer NOT NULL,
  kpi text NOT NULL,
  value double precision,
  samples double precision,
  mean double precision,
  p50 double precision,
  p95 double precision,
  p99 double precision,
  max double precision,
  buckets numeric,
  CONSTRAINT snapshots_pkey PRIMARY KEY (at, series_id, kpi)
) PARTITION BY RANGE (at);
COMMENT ON TABLE snapshots IS 'Value of each KPI of each series at each aligned instant. One partition for each UTC day.';
COMMENT ON COLUMN snapshots.at IS 'Aligned instant (a multiple of the snapshot interval) the values are for.';
COMMENT ON COLUMN snapshots.series_id IS 'Service, model, context size and operation: series.id.';
COMMENT ON COLUMN snapshots.kpi IS 'Id of the KPI, such as f1_score.';
COMMENT ON COLUMN snapshots.value IS 'The KPI''s statistic over its window, in its unit; NULL while too few samples were seen.';
COMMENT ON COLUMN snapshots.samples IS 'Operations that came since the snapshot before, of a gauge its readings; each is in one snapshot. NULL where none came.';
COMMENT ON COLUMN snapshots.mean IS 'Mean over these operations; for a KPI that counts outcomes its ratio, which is the mean of 1 and 0. NULL where unknown.';
COMMENT ON COLUMN snapshots.p50 IS 'Median over the same operations; NULL unless the KPI is a distribution.';
COMMENT ON COLUMN snapshots.p95 IS '95th percentile over the same operations; NULL unless the KPI is a distribution.';
COMMENT ON COLUMN snapshots.p99 IS '99th percentile over the same operations; NULL unless the KPI is a distribution.';
COMMENT ON COLUMN snapshots.max IS 'Upper boundary of the highest histogram bucket that counted one of the same operations: nothing measured was above it. NULL unless the KPI is a distribution, and where a measurement was beyond the last boundary.';
COMMENT ON COLUMN snapshots.buckets IS 'How many of the same operations are in each histogram bucket, all in one number, which sum() adds up bucket by bucket: ask quantile_of_buckets and count_of_buckets. NULL unless the KPI is a distribution, and where buckets of different boundaries met.';

CREATE TABLE snapshots_5min (
  start timestamp with time zone NOT NULL,
  series_id integer NOT NULL,
  kpi text NOT NULL,
  count integer NOT NULL,
  total double precision,
  "least" double precision,
  "greatest" double precision,
  samples double precision,
  samples_total double precision,
  buckets numeric,
  CONSTRAINT snapshots_5min_pkey PRIMARY KEY (start, series_id, kpi)
) PARTITION BY RANGE (start);
COMMENT ON TABLE snapshots_5min IS 'Values of each KPI of each series in each five minutes, added up; kept as long as the snapshots. One partition for each UTC day. Empty where snapshots are more than 100 s apart.';
COMMENT ON COLUMN snapshots_5min.start IS 'Start of the five minutes.';
COMMENT ON COLUMN snapshots_5min.series_id IS 'Service, model, context size and operation: series.id.';
COMMENT ON COLUMN snapshots_5min.kpi IS 'Id of the KPI.';
COMMENT ON COLUMN snapshots_5min.count IS 'Snapshots with a value.';
COMMENT ON COLUMN snapshots_5min.total IS 'Sum of the values. total / count is the mean of the snapshots, not of the operations; NULL without a value, like least and greatest.';
COMMENT ON COLUMN snapshots_5min."least" IS 'Least value.';
COMMENT ON COLUMN snapshots_5min."greatest" IS 'Greatest value.';
COMMENT ON COLUMN snapshots_5min.samples IS 'Operations whose mean is known, of a gauge its readings: the sum of snapshots.samples. NULL where no snapshot has a mean.';
COMMENT ON COLUMN snapshots_5min.samples_total IS 'Sum over these operations, each snapshot''s mean times its samples: samples_total / samples is their mean.';
COMMENT ON COLUMN snapshots_5min.buckets IS 'Sum of snapshots.buckets: quantile_of_buckets(kpi, buckets, 0.95) is the p95 of these operations.';

CREATE TABLE snapshots_6h (
  start timestamp with time zone NOT NULL,
  series_id integer NOT NULL,
  kpi text NOT NULL,
  count integer NOT NULL,
  total double precision,
  "least" double precision,
  "greatest" double precision,
  samples double precision,
  samples_total double precision,
  buckets numeric,
  CONSTRAINT snapshots_6h_pkey PRIMARY KEY (start, series_id, kpi)
);
COMMENT ON TABLE snapshots_6h IS 'Values of each KPI of each series in each six hours, added up from snapshots_hourly, and kept as long.';
COMMENT ON COLUMN snapshots_6h.start IS 'Start of the six hours.';
COMMENT ON COLUMN snapshots_6h.series_id IS 'Service, model, context size and operation: series.id.';
COMMENT ON COLUMN snapshots_6h.kpi IS 'Id of the KPI.';
COMMENT ON COLUMN snapshots_6h.count IS 'Snapshots with a value.';
COMMENT ON COLUMN snapshots_6h.total IS 'Sum of the values. total / count is the mean of the snapshots, not of the operations; NULL without a value, like least and greatest.';
COMMENT ON COLUMN snapshots_6h."least" IS 'Least value.';
COMMENT ON COLUMN snapshots_6h."greatest" IS 'Greatest value.';
COMMENT ON COLUMN snapshots_6h.samples IS 'Operations whose mean is known, of a gauge its readings: the sum of snapshots.samples. NULL where no snapshot has a mean.';
COMMENT ON COLUMN snapshots_6h.samples_total IS 'Sum over these operations, each snapshot''s mean times its samples: samples_total / samples is their mean.';
COMMENT ON COLUMN snapshots_6h.buckets IS 'Sum of snapshots.buckets: quantile_of_buckets(kpi, buckets, 0.95) is the p95 of these operations.';

CREATE TABLE snapshots_hourly (
  hour timestamp with time zone NOT NULL,
  series_id integer NOT NULL,
  kpi text NOT NULL,
  count integer NOT NULL,
  total double precision,
  "least" double precision,
  "greatest" double precision,
  samples double precision,
  samples_total double precision,
  buckets numeric,
  CONSTRAINT snapshots_hourly_pkey PRIMARY KEY (hour, series_id, kpi)
);
COMMENT ON TABLE snapshots_hourly IS 'Values of each KPI of each series in each hour, added up; kept longer than the snapshots.';
COMMENT ON COLUMN snapshots_hourly.hour IS 'Start of the hour.';
COMMENT ON COLUMN snapshots_hourly.series_id IS 'Service, model, context size and operation: series.id.';
COMMENT ON COLUMN snapshots_hourly.kpi IS 'Id of the KPI.';
COMMENT ON COLUMN snapshots_hourly.count IS 'Snapshots with a value.';
COMMENT ON COLUMN snapshots_hourly.total IS 'Sum of the values. total / count is the mean of the snapshots, not of the operations; NULL without a value, like least and greatest.';
COMMENT ON COLUMN snapshots_hourly."least" IS 'Least value.';
COMMENT ON COLUMN snapshots_hourly."greatest" IS 'Greatest value.';
COMMENT ON COLUMN snapshots_hourly.samples IS 'Operations whose mean is known, of a gauge its readings: the sum of snapshots.samples. NULL where no snapshot has a mean.';
COMMENT ON COLUMN snapshots_hourly.samples_total IS 'Sum over these operations, each snapshot''s mean times its samples: samples_total / samples is their mean.';
COMMENT ON COLUMN snapshots_hourly.buckets IS 'Sum of snapshots.buckets: quantile_of_buckets(kpi, buckets, 0.95) is the p95 of these operations.';

CREATE TABLE snapshots_overall (
  at timestamp with time zone NOT NULL,
  series_id integer NOT NULL,
  kpi text NOT NULL,
  value double precision,
  samples double precision,
  mean double precision,
  p50 double precision,
  p95 double precision,
  p99 double precision,
  max double precision,
  CONSTRAINT snapshots_overall_pkey PRIMARY KEY (at, series_id, kpi)
) PARTITION BY RANGE (at);
COMMENT ON TABLE snapshots_overall IS 'The same over all operations of a service, model and context size, where several have the KPI: made from their counts, sums and buckets added up, never from their averages. One partition for each UTC day.';
COMMENT ON COLUMN snapshots_overall.at IS 'See snapshots.at.';
COMMENT ON COLUMN snapshots_overall.series_id IS 'A series of the service, model and context size, which stands for all of its operations: series.id.';
COMMENT ON COLUMN snapshots_overall.kpi IS 'Id of the KPI.';
COMMENT ON COLUMN snapshots_overall.value IS 'The KPI''s statistic over all operations; of a gauge the worst of them. NULL where it cannot be known: one operation is unknown, or they are judged by different statistics.';
COMMENT ON COLUMN snapshots_overall.samples IS 'Measurements of all operations.';
COMMENT ON COLUMN snapshots_overall.mean IS 'Sum of all measurements by their number.';
COMMENT ON COLUMN snapshots_overall.p50 IS 'Median of the buckets of all operations together.';
COMMENT ON COLUMN snapshots_overall.p95 IS '95th percentile of the same.';
COMMENT ON COLUMN snapshots_overall.p99 IS '99th percentile of the same.';
COMMENT ON COLUMN snapshots_overall.max IS 'The highest snapshots.max of the operations.';

CREATE VIEW alert_outcomes AS
 SELECT episode.id,
    episode.starts_at AS "timestamp",
    episode.cluster,
    episode.alertname AS alert,
    episode.severity AS level,
    episode.kpi AS metric_type,
    episode.service,
    episode.model,
    episode.context_size,
    episode.operation,
    episode.ends_at,
    EXTRACT(epoch FROM acknowledged.at - episode.starts_at)::double precision AS seconds_to_acknowledge,
    EXTRACT(epoch FROM episode.ends_at - episode.starts_at)::double precision AS seconds_to_recover,
    rated.rating,
        CASE
            WHEN rated.rating IS NOT NULL THEN rated.by
            ELSE NULL::text
        END AS rated_by,
        CASE
            WHEN rated.rating IS NOT NULL THEN rated.at
            ELSE NULL::timestamp with time zone
        END AS rated_at,
    (EXISTS ( SELECT
           FROM alert_episodes before
          WHERE before.cluster = episode.cluster AND before.fingerprint = episode.fingerprint AND before.starts_at < episode.starts_at AND before.ends_at > before.starts_at AND before.ends_at >= (episode.starts_at - '00:15:00'::interval))) AS is_flap
   FROM alert_episodes episode
     LEFT JOIN LATERAL ( SELECT alert_acknowledgements.at
           FROM alert_acknowledgements
          WHERE alert_acknowledgements.episode_id = episode.id
          ORDER BY alert_acknowledgements.id
         LIMIT 1) acknowledged ON true
     LEFT JOIN LATERAL ( SELECT alert_ratings.rating,
            alert_ratings.by,
            alert_ratings.at
           FROM alert_ratings
          WHERE alert_ratings.episode_id = episode.id
          ORDER BY alert_ratings.id DESC
         LIMIT 1) rated ON true
  WHERE episode.ends_at IS DISTINCT FROM episode.starts_at;
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

CREATE VIEW alerts AS
 SELECT id,
    starts_at AS "timestamp",
    severity AS level,
    summary AS message,
    kpi AS metric_type,
    value AS current_value,
    threshold,
    model,
    context_tokens(context_size) AS context_size,
    jsonb_build_object('service', service, 'alertname', alertname, 'context_size', context_size, 'operation', operation, 'labels', labels, 'annotations', annotations) AS metadata,
    opened_at AS created_at,
    ends_at,
    closed_how,
    peak_value,
    service,
    operation,
    ( SELECT min(alert_acknowledgements.at) AS min
           FROM alert_acknowledgements
          WHERE alert_acknowledgements.episode_id = alert_episodes.id) AS acknowledged_at,
    ( SELECT alert_acknowledgements.by
           FROM alert_acknowledgements
          WHERE alert_acknowledgements.episode_id = alert_episodes.id
          ORDER BY alert_acknowledgements.id
         LIMIT 1) AS acknowledged_by
   FROM alert_episodes;
COMMENT ON VIEW alerts IS 'One row for each alert episode; current_value is the value it began with, peak_value the worst one seen. A superseded row whose ends_at equals its timestamp proved to be part of the episode before it.';
COMMENT ON COLUMN alerts.id IS 'Key of the episode; mnemoscope explain and changes_before take it.';
COMMENT ON COLUMN alerts."timestamp" IS 'First evaluation at which it fired.';
COMMENT ON COLUMN alerts.level IS 'info, warning, error or critical. A worse level fires beside the milder ones: each is a row.';
COMMENT ON COLUMN alerts.message IS 'What happened, for people.';
COMMENT ON COLUMN alerts.metric_type IS 'Id of the KPI; NULL for alerts of the pipeline about itself.';
COMMENT ON COLUMN alerts.current_value IS 'The value when it first fired, in the KPI''s unit; of an alert that misses a target too often, how many times as often as it allows. NULL where the recorder learned of it later and Prometheus has not kept it.';
COMMENT ON COLUMN alerts.threshold IS 'The threshold that was breached.';
COMMENT ON COLUMN alerts.model IS 'The model; NULL for alerts that concern none.';
COMMENT ON COLUMN alerts.context_size IS 'Largest context size of the class, in tokens; NULL for the class without an upper end and for alerts that concern none.';
COMMENT ON COLUMN alerts.metadata IS 'service, alertname, context_size and operation as the labels have them, all labels, and all annotations.';
COMMENT ON COLUMN alerts.created_at IS 'When the recorder stored it.';
COMMENT ON COLUMN alerts.ends_at IS 'First evaluation at which it no longer fired; NULL while it fires.';
COMMENT ON COLUMN alerts.closed_how IS 'resolved, reconciled, superseded or rule_removed: see alert_episodes.closed_how. NULL while it fires.';
COMMENT ON COLUMN alerts.peak_value IS 'The worst value seen while it fired.';
COMMENT ON COLUMN alerts.service IS 'Service that it is about; NULL for alerts that concern none.';
COMMENT ON COLUMN alerts.operation IS 'Operation that it is about; empty where the metric has none, NULL for alerts that concern no model.';
COMMENT ON COLUMN alerts.acknowledged_at IS 'When it was first acknowledged; NULL while it is not.';
COMMENT ON COLUMN alerts.acknowledged_by IS 'Who did so first, as they call themselves.';

CREATE VIEW dead_letters AS
 SELECT deliveries.id,
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

CREATE VIEW incident_episodes AS
 SELECT incident_id,
    episode_id,
    by_person
   FROM alert_incident_episodes;
COMMENT ON VIEW incident_episodes IS 'Which alert is part of which incident: each of exactly one.';
COMMENT ON COLUMN incident_episodes.incident_id IS 'The incident: incidents.id.';
COMMENT ON COLUMN incident_episodes.episode_id IS 'The alert: alerts.id.';
COMMENT ON COLUMN incident_episodes.by_person IS 'Whether a person has put it there.';

CREATE VIEW incidents AS
 SELECT incident.id,
    incident.title,
    severities.names[found.worst] AS severity,
        CASE
            WHEN found.ends_at IS NOT NULL THEN 'resolved'::text
            WHEN people.acknowledged_at IS NOT NULL THEN 'acknowledged'::text
            ELSE 'open'::text
        END AS state,
    found.starts_at,
    found.ends_at,
    found.services,
    found.kpis,
    found.alerts,
    found.open_alerts,
    people.acknowledged_at,
    people.people,
    incident.titled_by
   FROM alert_incidents incident
     CROSS JOIN ( VALUES (ARRAY['info'::text, 'warning'::text, 'error'::text, 'critical'::text])) severities(names)
     CROSS JOIN LATERAL ( SELECT min(episode.starts_at) AS starts_at,
                CASE
                    WHEN bool_and(episode.ends_at IS NOT NULL) THEN max(episode.ends_at)
                    ELSE NULL::timestamp with time zone
                END AS ends_at,
            max(array_position(severities.names, episode.severity)) AS worst,
            COALESCE(array_agg(DISTINCT episode.service ORDER BY episode.service) FILTER (WHERE episode.service IS NOT NULL), '{}'::text[]) AS services,
            COALESCE(array_agg(DISTINCT episode.kpi ORDER BY episode.kpi) FILTER (WHERE episode.kpi IS NOT NULL), '{}'::text[]) AS kpis,
            count(*) FILTER (WHERE episode.is_own) AS alerts,
            count(*) FILTER (WHERE episode.ends_at IS NULL) AS open_alerts
           FROM ( SELECT alert_episodes.id,
                    alert_episodes.cluster,
                    alert_episodes.fingerprint,
                    alert_episodes.alertname,
                    alert_episodes.severity,
                    alert_episodes.kpi,
                    alert_episodes.service,
                    alert_episodes.model,
                    alert_episodes.context_size,
                    alert_episodes.operation,
                    alert_episodes.starts_at,
                    alert_episodes.ends_at,
                    alert_episodes.last_firing_at,
                    alert_episodes.opened_at,
                    alert_episodes.closed_at,
                    alert_episodes.closed_how,
                    alert_episodes.value,
                    alert_episodes.newest_value,
                    alert_episodes.peak_value,
                    alert_episodes.threshold,
                    alert_episodes.summary,
                    alert_episodes.labels,
                    alert_episodes.annotations,
                    alert_episodes.closed_how IS DISTINCT FROM 'superseded'::text OR alert_episodes.ends_at > alert_episodes.starts_at AS is_own
                   FROM alert_incident_episodes
                     JOIN alert_episodes ON alert_episodes.id = alert_incident_episodes.episode_id
                  WHERE alert_incident_episodes.incident_id = incident.id) episode) found
     CROSS JOIN LATERAL ( SELECT min(names.at) FILTER (WHERE names.is_acknowledgement) AS acknowledged_at,
            COALESCE(array_agg(names.by ORDER BY names.first), '{}'::text[]) AS people
           FROM ( SELECT each.by,
                    min(each.at) AS first,
                    min(each.at) FILTER (WHERE each.is_acknowledgement) AS at,
                    bool_or(each.is_acknowledgement) AS is_acknowledgement
                   FROM ( SELECT known.by,
                            known.at,
                            true AS is_acknowledgement
                           FROM alert_incident_episodes
                             JOIN alert_acknowledgements known USING (episode_id)
                          WHERE alert_incident_episodes.incident_id = incident.id
                        UNION ALL
                         SELECT action.by,
                            action.at,
                            false
                           FROM alert_incident_actions action
                          WHERE action.kind = 'comment'::text AND (action.incident_id = incident.id OR (action.incident_id IN ( SELECT alert_incidents.id
                                   FROM alert_incidents
                                  WHERE alert_incidents.into_id = incident.id)))) each
                  GROUP BY each.by) names) people
  WHERE incident.into_id IS NULL AND found.starts_at IS NOT NULL;
COMMENT ON VIEW incidents IS 'One row for each incident: alert episodes of a service that began within minutes of each other, or are of one alert, or were put together by a person. See incident_episodes for its alerts.';
COMMENT ON COLUMN incidents.id IS 'Key of the incident; mnemoscope incident takes it.';
COMMENT ON COLUMN incidents.title IS 'What it is about: its service, its KPIs with the worst first, and its number of alerts, or what a person has written.';
COMMENT ON COLUMN incidents.severity IS 'The worst level of its alerts: info, warning, error or critical. NULL where all have levels of other origin.';
COMMENT ON COLUMN incidents.state IS 'open while one of its alerts fires, acknowledged where somebody has acknowledged one of them, resolved when all are over.';
COMMENT ON COLUMN incidents.starts_at IS 'When its first alert began.';
COMMENT ON COLUMN incidents.ends_at IS 'When its last alert ended; NULL while one fires.';
COMMENT ON COLUMN incidents.services IS 'Services of its alerts, in the order of their names; empty for alerts that concern none.';
COMMENT ON COLUMN incidents.kpis IS 'KPIs of its alerts by id, in the order of their names.';
COMMENT ON COLUMN incidents.alerts IS 'How many alerts it has. An episode that proved to be part of the one before it is none.';
COMMENT ON COLUMN incidents.open_alerts IS 'How many of them fire.';
COMMENT ON COLUMN incidents.acknowledged_at IS 'When one of its alerts was first acknowledged; NULL where none was.';
COMMENT ON COLUMN incidents.people IS 'Who is on it: all who acknowledged one of its alerts or commented, in the order of their first word.';
COMMENT ON COLUMN incidents.titled_by IS 'Who wrote the title; NULL where it was made from the alerts.';

CREATE VIEW kpi_hours AS
 SELECT snapshots_hourly.hour,
    series.service,
    series.model,
    series.context_size,
    series.context_tokens,
    series.operation,
    snapshots_hourly.kpi,
    snapshots_hourly.count AS snapshots,
    snapshots_hourly.samples,
    mean_of(snapshots_hourly.samples_total, snapshots_hourly.samples, snapshots_hourly.total, snapshots_hourly.count::numeric) AS mean,
    snapshots_hourly.samples_total AS sum,
    snapshots_hourly."least" AS lowest,
    snapshots_hourly."greatest" AS highest,
    quantile_of_buckets(snapshots_hourly.kpi, snapshots_hourly.buckets, 0.5::double precision) AS p50,
    quantile_of_buckets(snapshots_hourly.kpi, snapshots_hourly.buckets, 0.95::double precision) AS p95,
    quantile_of_buckets(snapshots_hourly.kpi, snapshots_hourly.buckets, 0.99::double precision) AS p99,
    snapshots_hourly.buckets
   FROM snapshots_hourly
     JOIN rolled_up_hours USING (hour)
     JOIN series ON series.id = snapshots_hourly.series_id;
COMMENT ON VIEW kpi_hours IS 'The same in full hours, added up: fast over weeks, and kept for retention.hourlyDays. An hour appears a few minutes after it is over.';
COMMENT ON COLUMN kpi_hours.hour IS 'Start of the hour.';
COMMENT ON COLUMN kpi_hours.service IS 'Service that the values come from.';
COMMENT ON COLUMN kpi_hours.model IS 'Model in use.';
COMMENT ON COLUMN kpi_hours.context_size IS 'Class of context sizes as the label has it: the largest size it holds, in tokens, or +Inf.';
COMMENT ON COLUMN kpi_hours.context_tokens IS 'The same as a number; NULL for +Inf and for labels that are no number.';
COMMENT ON COLUMN kpi_hours.operation IS 'Kind of operation; empty where the KPI has none.';
COMMENT ON COLUMN kpi_hours.kpi IS 'Id of the KPI.';
COMMENT ON COLUMN kpi_hours.snapshots IS 'Snapshots with a value.';
COMMENT ON COLUMN kpi_hours.samples IS 'Operations of the hour, of a gauge its readings. NULL where none is known.';
COMMENT ON COLUMN kpi_hours.mean IS 'Mean over these operations; without any the mean of the snapshots'' values.';
COMMENT ON COLUMN kpi_hours.sum IS 'Sum over these operations, such as tokens or seconds. To add up hours, divide the sum of sum by the sum of samples: a mean of means would count a quiet hour like a busy one.';
COMMENT ON COLUMN kpi_hours.lowest IS 'Lowest value of a snapshot, such as the lowest p95 of latency.';
COMMENT ON COLUMN kpi_hours.highest IS 'Highest value of a snapshot.';
COMMENT ON COLUMN kpi_hours.p50 IS 'Median of the operations of the hour, from their buckets; NULL unless the KPI is a distribution.';
COMMENT ON COLUMN kpi_hours.p95 IS '95th percentile of the operations of the hour, from their buckets: no mean of the p95s of snapshots.';
COMMENT ON COLUMN kpi_hours.p99 IS '99th percentile of the operations of the hour, from their buckets.';
COMMENT ON COLUMN kpi_hours.buckets IS 'How many of them are in each histogram bucket. To put hours together: quantile_of_buckets(kpi, sum(buckets), 0.95).';

CREATE VIEW kpi_values AS
 SELECT snapshots.at,
    series.service,
    series.model,
    series.context_size,
    series.context_tokens,
    series.operation,
    snapshots.kpi,
    snapshots.value,
    snapshots.samples,
    snapshots.mean,
    snapshots.p50,
    snapshots.p95,
    snapshots.p99,
    snapshots.max,
    snapshots.buckets
   FROM snapshots
     JOIN series ON series.id = snapshots.series_id;
COMMENT ON VIEW kpi_values IS 'One row for each instant, service, model, context size, operation and KPI, custom ones too. Kept for retention.snapshotsDays.';
COMMENT ON COLUMN kpi_values.at IS 'Aligned instant that the values are for.';
COMMENT ON COLUMN kpi_values.service IS 'Service that the values come from.';
COMMENT ON COLUMN kpi_values.model IS 'Model in use.';
COMMENT ON COLUMN kpi_values.context_size IS 'Class of context sizes as the label has it: the largest size it holds, in tokens, or +Inf.';
COMMENT ON COLUMN kpi_values.context_tokens IS 'The same as a number; NULL for +Inf and for labels that are no number.';
COMMENT ON COLUMN kpi_values.operation IS 'Kind of operation; empty where the KPI has none.';
COMMENT ON COLUMN kpi_values.kpi IS 'Id of the KPI, such as f1_score.';
COMMENT ON COLUMN kpi_values.value IS 'The KPI''s statistic over its window, in its unit, by which it is judged; NULL while too few samples were seen.';
COMMENT ON COLUMN kpi_values.samples IS 'Operations since the snapshot before, of a gauge its readings; each is in one snapshot. NULL where none came.';
COMMENT ON COLUMN kpi_values.mean IS 'Mean over these operations. mean * samples is their sum, such as tokens or seconds.';
COMMENT ON COLUMN kpi_values.p50 IS 'Median over the same operations; NULL unless the KPI is a distribution.';
COMMENT ON COLUMN kpi_values.p95 IS '95th percentile over the same operations; NULL unless the KPI is a distribution.';
COMMENT ON COLUMN kpi_values.p99 IS '99th percentile over the same operations; NULL unless the KPI is a distribution.';
COMMENT ON COLUMN kpi_values.max IS 'Upper boundary of the highest histogram bucket that counted one of them: nothing measured was above it. NULL unless the KPI is a distribution, and where a measurement was beyond the last boundary.';
COMMENT ON COLUMN kpi_values.buckets IS 'How many of them are in each histogram bucket. To put rows together: quantile_of_buckets(kpi, sum(buckets), 0.95) is the p95 of all their operations.';

CREATE VIEW notifications AS
 SELECT alert_notifications.at,
    alert_notifications.episode_id,
    alert_episodes.alertname,
    alert_episodes.severity AS level,
    alert_episodes.service,
    alert_episodes.summary AS message,
    alert_notifications.receiver,
    alert_notifications.integration,
    alert_notifications.outcome,
    alert_notifications.reason,
    ( SELECT string_agg(((COALESCE(silence.value ->> 'by'::text, ''::text) || ' until '::text) || to_char((to_timestamp((silence.value ->> 'until'::text)::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI'::text)) ||
                CASE
                    WHEN COALESCE(silence.value ->> 'comment'::text, ''::text) = ''::text THEN ''::text
                    ELSE ': '::text || (silence.value ->> 'comment'::text)
                END, '; '::text) AS string_agg
           FROM jsonb_array_elements(alert_notifications.silences) silence(value)) AS silenced_by,
    NULLIF(array_to_string(alert_notifications.inhibited_by, ', '::text), ''::text) AS inhibited_by,
    NULLIF(array_to_string(alert_notifications.mute_times, ', '::text), ''::text) AS mute_times
   FROM alert_notifications
     JOIN alert_episodes ON alert_episodes.id = alert_notifications.episode_id;
COMMENT ON VIEW notifications IS 'Who was notified of which alert, when, and with what success; or what held a notification back.';
COMMENT ON COLUMN notifications.at IS 'When.';
COMMENT ON COLUMN notifications.episode_id IS 'The alert: alert_episodes.id.';
COMMENT ON COLUMN notifications.alertname IS 'Name of the alerting rule.';
COMMENT ON COLUMN notifications.level IS 'Its severity.';
COMMENT ON COLUMN notifications.service IS 'The service it is about.';
COMMENT ON COLUMN notifications.message IS 'The alert''s summary, for people.';
COMMENT ON COLUMN notifications.receiver IS 'Who: the receiver''s name in Alertmanager; NULL for nobody.';
COMMENT ON COLUMN notifications.integration IS 'How: webhook, email, slack, pagerduty and so on.';
COMMENT ON COLUMN notifications.outcome IS 'What became of it: see alert_notifications.outcome.';
COMMENT ON COLUMN notifications.reason IS 'Why it failed or is not known: see alert_notifications.reason.';
COMMENT ON COLUMN notifications.silenced_by IS 'Who silenced it, until when (UTC) and why; NULL if nobody did.';
COMMENT ON COLUMN notifications.inhibited_by IS 'Names of the alerts that inhibited it; NULL if none did.';
COMMENT ON COLUMN notifications.mute_times IS 'Names of the mute times that held it back; NULL if none did.';

CREATE VIEW notified_alerts AS
 SELECT alert_episodes.id AS episode_id,
        CASE
            WHEN told.delivered THEN true
            WHEN told.ways IS NULL OR told.is_open THEN NULL::boolean
            ELSE false
        END AS was_notified,
    told.first_at
   FROM alert_episodes
     LEFT JOIN LATERAL ( SELECT bool_or(learned.outcome = 'success'::text) AS delivered,
            bool_or(learned.outcome = 'unknown'::text OR learned.outcome = 'routed'::text AND learned.is_last) AS is_open,
            count(*) AS ways,
            min(learned.at) FILTER (WHERE learned.outcome = 'success'::text) AS first_at
           FROM ( SELECT alert_notifications.outcome,
                    alert_notifications.at,
                    row_number() OVER (PARTITION BY alert_notifications.receiver, alert_notifications.integration ORDER BY alert_notifications.id DESC) = 1 AS is_last
                   FROM alert_notifications
                  WHERE alert_notifications.episode_id = alert_episodes.id) learned
         HAVING count(*) > 0) told ON true;
COMMENT ON VIEW notified_alerts IS 'Whether a person was notified of each alert.';
COMMENT ON COLUMN notified_alerts.episode_id IS 'The alert: alert_episodes.id.';
COMMENT ON COLUMN notified_alerts.was_notified IS 'true if a notification was delivered, false if none was, NULL where that is not known or still open.';
COMMENT ON COLUMN notified_alerts.first_at IS 'When the first delivered notification was learned of; NULL without one.';

CREATE VIEW performance_metrics AS
 SELECT id,
    at AS "timestamp",
    kpi AS metric_type,
    value,
    model,
    context_tokens(context_size) AS context_size,
    metadata || jsonb_strip_nulls(jsonb_build_object('service', service, 'operation', NULLIF(operation, ''::text), 'outcome', outcome, 'trace_id', trace_id, 'span_id', span_id)) AS metadata,
    received_at AS created_at,
    weight
   FROM measurements;
COMMENT ON VIEW performance_metrics IS 'One row for each single measurement that was kept: every breach, and a sample of the rest. A mean over these rows is not a mean over all operations: use weight, as in sum(weight * value) / sum(weight), or weighted_mean and weighted_quantile.';
COMMENT ON COLUMN performance_metrics.id IS 'Hash of its content: the same record sent twice is stored once.';
COMMENT ON COLUMN performance_metrics."timestamp" IS 'When it was measured.';
COMMENT ON COLUMN performance_metrics.metric_type IS 'Id of the KPI, such as f1_score.';
COMMENT ON COLUMN performance_metrics.value IS 'The value, in the KPI''s unit; 1 or 0 for a KPI that counts outcomes. NULL for an outcome that stays out of its ratio.';
COMMENT ON COLUMN performance_metrics.model IS 'Model in use.';
COMMENT ON COLUMN performance_metrics.context_size IS 'Largest context size of the class, in tokens; NULL for the class without an upper end.';
COMMENT ON COLUMN performance_metrics.metadata IS 'What the service sent with it, with service, operation, outcome, trace_id and span_id where they are known.';
COMMENT ON COLUMN performance_metrics.created_at IS 'When the recorder stored it.';
COMMENT ON COLUMN performance_metrics.weight IS 'How many measurements it stands for: 1 for a breach, and the inverse of the share that was kept for another.';

CREATE VIEW performance_snapshots AS
 SELECT EXTRACT(epoch FROM at)::bigint * 1000000 + min(series_id) AS id,
    at AS "timestamp",
    model,
    context_tokens AS context_size,
    max(value) FILTER (WHERE kpi = 'f1_score'::text) AS f1_score,
    max(value) FILTER (WHERE kpi = 'latency'::text) AS latency,
    max(value) FILTER (WHERE kpi = 'token_usage'::text) AS token_usage,
    max(value) FILTER (WHERE kpi = 'memory_usage'::text) AS memory_usage,
    max(value) FILTER (WHERE kpi = 'context_utilization'::text) AS context_utilization,
    max(value) FILTER (WHERE kpi = 'adaptation_success_rate'::text) AS adaptation_success_rate,
    max(value) FILTER (WHERE kpi = 'overflow_frequency'::text) AS overflow_frequency,
    jsonb_build_object('service', service, 'context_size', context_size, 'operations', jsonb_object_agg(kpi, operation), 'samples', jsonb_object_agg(kpi, samples)) AS metadata,
    at AS created_at,
    jsonb_object_agg(kpi, jsonb_build_object('count', samples, 'mean', mean, 'p50', p50, 'p95', p95, 'p99', p99, 'max', max)) AS distributions,
    service,
        CASE
            WHEN bool_and(operation IS NOT NULL) AND min(NULLIF(operation, ''::text)) = max(NULLIF(operation, ''::text)) THEN min(NULLIF(operation, ''::text))
            ELSE NULL::text
        END AS operation
   FROM ( SELECT DISTINCT ON (each.at, series.service, series.model, series.context_size, each.kpi) each.at,
            each.series_id,
            series.service,
            series.model,
            series.context_size,
            series.context_tokens,
            each.kpi,
                CASE
                    WHEN NOT each.is_overall THEN series.operation
                    ELSE NULL::text
                END AS operation,
            each.value,
            each.samples,
            each.mean,
            each.p50,
            each.p95,
            each.p99,
            each.max
           FROM ( SELECT snapshots.at,
                    snapshots.series_id,
                    snapshots.kpi,
                    snapshots.value,
                    snapshots.samples,
                    snapshots.mean,
                    snapshots.p50,
                    snapshots.p95,
                    snapshots.p99,
                    snapshots.max,
                    false AS is_overall
                   FROM snapshots
                UNION ALL
                 SELECT snapshots_overall.at,
                    snapshots_overall.series_id,
                    snapshots_overall.kpi,
                    snapshots_overall.value,
                    snapshots_overall.samples,
                    snapshots_overall.mean,
                    snapshots_overall.p50,
                    snapshots_overall.p95,
                    snapshots_overall.p99,
                    snapshots_overall.max,
                    true
                   FROM snapshots_overall) each
             JOIN series ON series.id = each.series_id
          ORDER BY each.at, series.service, series.model, series.context_size, each.kpi, each.is_overall DESC) places
  GROUP BY at, service, model, context_size, context_tokens;
COMMENT ON VIEW performance_snapshots IS 'One row for each instant, service, model and context size, with a column for each built-in KPI over all operations (see snapshots_overall); unknown is NULL. metadata.operations names the operation of a KPI that has only one. distributions has count, mean, p50, p95, p99 and max of every KPI, custom ones too; see the columns of snapshots.';
COMMENT ON COLUMN performance_snapshots.id IS 'Key of the row: the instant and one of its series.';
COMMENT ON COLUMN performance_snapshots."timestamp" IS 'Aligned instant that the values are for.';
COMMENT ON COLUMN performance_snapshots.model IS 'Model in use.';
COMMENT ON COLUMN performance_snapshots.context_size IS 'Largest context size of the class, in tokens; NULL for the class without an upper end. metadata.context_size has the label.';
COMMENT ON COLUMN performance_snapshots.f1_score IS 'F1 score, mean, in ratio: Retrieval quality: harmonic mean of precision and recall of the retrieved passages. NULL where unknown.';
COMMENT ON COLUMN performance_snapshots.latency IS 'Latency, p95, in seconds: Time one memory operation takes, from request to context handed over. NULL where unknown.';
COMMENT ON COLUMN performance_snapshots.token_usage IS 'Token usage, mean, in tokens: Tokens that one operation spends on context. NULL where unknown.';
COMMENT ON COLUMN performance_snapshots.memory_usage IS 'Memory usage, newest, in bytes: Memory held by the memory system; by default the resident set size of its process. NULL where unknown.';
COMMENT ON COLUMN performance_snapshots.context_utilization IS 'Context utilization, mean, in ratio: Share of the context window that an operation fills. NULL where unknown.';
COMMENT ON COLUMN performance_snapshots.adaptation_success_rate IS 'Adaptation success rate, ratio, in ratio: Share of model adaptations that succeed. Refusals in cooldown are counted and stay out of the ratio. NULL where unknown.';
COMMENT ON COLUMN performance_snapshots.overflow_frequency IS 'Overflow frequency, ratio, in ratio: Share of contexts that overflow their window and need a compression strategy. NULL where unknown.';
COMMENT ON COLUMN performance_snapshots.metadata IS 'service, context_size as the label has it, operations (KPI to its operation; null where it is over several) and samples (KPI to the number of its operations since the snapshot before).';
COMMENT ON COLUMN performance_snapshots.created_at IS 'The same as timestamp.';
COMMENT ON COLUMN performance_snapshots.distributions IS 'KPI to its count, mean, p50, p95, p99 and max over the operations since the snapshot before; null where unknown. See kpi_values.';
COMMENT ON COLUMN performance_snapshots.service IS 'Service that the values come from. Several services can use one model: group by both.';
COMMENT ON COLUMN performance_snapshots.operation IS 'The operation, if all KPIs of the row have the same one; NULL where they have several or none. kpi_values has each operation.';

CREATE OR REPLACE FUNCTION change_points(since timestamp with time zone, until timestamp with time zone, only_kpi text DEFAULT NULL::text, only_model text DEFAULT NULL::text)
 RETURNS TABLE(kpi text, service text, model text, context_size text, operation text, at timestamp with time zone, p_value double precision, before double precision, after double precision)
 LANGUAGE sql
 STABLE
AS $function$
  SELECT listed.kpi, series.service, series.model, series.context_size, series.operation, sorted.hours[found.place], found.p_value,
         found.before, found.after
  FROM (
    SELECT series_id, kpi, array_agg(total / count) AS means, array_agg(hour) AS hours
    FROM (
      -- What is in several parts is one value. A longer window has as many values as half a month of hours.
      SELECT series_id, kpi, hour, sum(total) AS total, sum(count) AS count
      FROM (
        SELECT hour, series_id, kpi, total, count FROM window_values(since, until)
        WHERE until - since <= interval '15 days'
        UNION ALL
        SELECT date_bin('6 hours', start, 'epoch'), series_id, kpi, total, count FROM window_parts(since, until)
        WHERE until - since > interval '15 days'
      ) AS parts
      WHERE count > 0 AND (only_kpi IS NULL OR kpi = only_kpi)
        AND (only_model IS NULL OR series_id IN (SELECT id FROM series WHERE model = only_model))
      GROUP BY series_id, kpi, hour
    ) AS added
    GROUP BY series_id, kpi
  ) AS listed
  JOIN series ON series.id = listed.series_id
  CROSS JOIN LATERAL (
    SELECT array_agg(mean ORDER BY hour) AS means, array_agg(hour ORDER BY hour) AS hours
    FROM unnest(listed.means, listed.hours) AS unsorted (mean, hour)
  ) AS sorted
  CROSS JOIN LATERAL change_points_of(sorted.means) AS found
  WHERE may_change(listed.means, listed.hours)
$function$;
COMMENT ON FUNCTION change_points IS 'When the level of a KPI of a series changed from since to until, exactly, a time of at least 16 hours with values. It goes by the hourly means of the snapshots'' values, such as the p95 of latency, in a time of more than 15 days by means of six hours: the hour (or the six) at which the new level begins, and the medians of up to 24 of these means before and after. See change_points_of.';

CREATE OR REPLACE FUNCTION change_points_of(given double precision[], significance double precision DEFAULT 0.001, least_change double precision DEFAULT 0.05)
 RETURNS TABLE(place integer, p_value double precision, before double precision, after double precision)
 LANGUAGE plpgsql
 IMMUTABLE ROWS 2
AS $function$
DECLARE
  -- Shorter parts can't be told from noise at any reasonable significance.
  shortest constant integer := 8;
  nearby constant integer := 24;
  n constant integer := cardinality(given);
  cut integer;
  extent double precision;
  chance double precision;
  earlier double precision;
  later double precision;
BEGIN
  IF n < 2 * shortest THEN RETURN; END IF;
  SELECT statistic.number, abs(statistic.u) INTO cut, extent
  FROM (
    SELECT ranked.number,
           sum(ranked.doubled) OVER (ORDER BY ranked.number ROWS UNBOUNDED PRECEDING) - ranked.number * (n + 1) AS u
    FROM (
      -- Twice the middle rank of values that are alike: they are counted with all before them. Half ranks are no
      -- integers, and the sum of bigint is numeric: ten times as slow.
      SELECT listed.number, (rank() OVER alike + count(*) OVER alike)::integer AS doubled
      FROM unnest(given) WITH ORDINALITY AS listed (value, number)
      WINDOW alike AS (ORDER BY listed.value)
    ) AS ranked
  ) AS statistic
  WHERE statistic.number BETWEEN shortest AND n - shortest
  ORDER BY abs(statistic.u) DESC, statistic.number LIMIT 1;
  -- exp fails below e^-700, which a clear step in more than 1,900 values reaches.
  chance := least(1, 2 * exp(greatest(-700, -6 * extent ^ 2 / (n::double precision ^ 3 + n::double precision ^ 2))));
  IF chance >= significance THEN RETURN; END IF;
  SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY listed.value) INTO earlier
  FROM unnest(given[greatest(1, cut - nearby + 1):cut]) AS listed (value);
  SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY listed.value) INTO later
  FROM unnest(given[cut + 1:least(n, cut + nearby)]) AS listed (value);
  -- The cut that leaves values the least away from the level of their side.
  SELECT summed.number INTO cut
  FROM (
    SELECT listed.number, sum(abs(listed.value - earlier) - abs(listed.value - later))
                            OVER (ORDER BY listed.number ROWS UNBOUNDED PRECEDING) AS deviation
    FROM unnest(given) WITH ORDINALITY AS listed (value, number)
  ) AS summed
  WHERE summed.number BETWEEN greatest(shortest, cut - nearby) AND least(n - shortest, cut + nearby)
  ORDER BY summed.deviation, abs(summed.number - cut), summed.number LIMIT 1;
  RETURN QUERY SELECT * FROM change_points_of(given[1:cut], significance, least_change);
  IF abs(later - earlier) >= least_change * greatest(abs(earlier), abs(later)) AND later <> earlier THEN
    RETURN QUERY SELECT cut + 1, chance, earlier, later;
  END IF;
  RETURN QUERY SELECT part.place + cut, part.p_value, part.before, part.after
    FROM change_points_of(given[cut + 1:n], significance, least_change) AS part;
END
$function$;
COMMENT ON FUNCTION change_points_of IS 'Where the level of a list of values changes: place of the first value of the new level, how likely such an order is without a change (Pettitt 1979, robust against outliers), and the medians of up to 24 values before and after. The place is the one that leaves values the least away from these medians. Parts on both sides are searched again (binary segmentation); changes smaller than least_change of the values are left out.';

CREATE OR REPLACE FUNCTION changes_before(episode bigint, within interval DEFAULT '06:00:00'::interval)
 RETURNS TABLE(kind text, at timestamp with time zone, before_by interval, by text, what text, detail jsonb)
 LANGUAGE sql
 STABLE
AS $function$
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
$function$;
COMMENT ON FUNCTION changes_before IS 'Changes of the configuration and deployments of its service shortly before an alert episode began, newest first: how long before, by whom, and what.';

CREATE OR REPLACE FUNCTION compare_measurements(since timestamp with time zone, until timestamp with time zone)
 RETURNS TABLE(kpi text, service text, model text, context_size text, operation text, evaluator text, structure text, measurements bigint, breaches bigint, sampled bigint, stands_for double precision, mean double precision, mean_error double precision, median double precision, median_low double precision, median_high double precision, p95 double precision, p95_low double precision, p95_high double precision)
 LANGUAGE sql
 STABLE
 SET work_mem TO '64MB'
AS $function$
  SELECT named.*, listed.measurements, listed.breaches, listed.sampled, CASE WHEN listed.is_known THEN listed.total END,
         ranked.mean, ranked.error, half.value, half.low, half.high, most.value, most.low, most.high
  FROM (
    SELECT compared_as, max(at) AS newest, count(*) AS measurements, count(severity) AS breaches,
           count(*) FILTER (WHERE weight > 1) AS sampled, sum(weight) AS total,
           array_agg(value) AS given, array_agg(weight) AS weights,
           bool_and(sampling = 1) OR count(*) FILTER (WHERE weight > 1) >= 10 AS is_known
    FROM measurements WHERE at >= since AND at <= until AND value IS NOT NULL
    GROUP BY compared_as
  ) AS listed
  CROSS JOIN LATERAL (
    SELECT kpi, service, model, context_size, operation, metadata ->> 'evaluator', metadata ->> 'structure'
    FROM measurements WHERE at = listed.newest AND compared_as = listed.compared_as LIMIT 1
  ) AS named
  LEFT JOIN LATERAL ranked_values(listed.given, listed.weights) AS ranked ON listed.is_known
  LEFT JOIN LATERAL quantile_of(ranked.ascending, ranked.reached, ranked.spread, ranked.greatest_weight, 0.5) AS half ON listed.is_known
  LEFT JOIN LATERAL quantile_of(ranked.ascending, ranked.reached, ranked.spread, ranked.greatest_weight, 0.95) AS most ON listed.is_known
$function$;
COMMENT ON FUNCTION compare_measurements IS 'All measurements of a time, estimated from those that were kept, with operations, evaluators (metadata.evaluator) and structures of a benchmark (metadata.structure) kept apart. Services keep every breach and a sample of the rest, so each counts by its weight. measurements: those that were kept, of them breaches at or beyond a threshold, and sampled for others. stands_for: how many there were, estimated. mean_error is a standard error; median and p95 lie from low to high in 95 of 100 samples: see weighted_mean and weighted_quantile. All of these are NULL where part was left out and fewer than 10 of a sample were kept: breaches alone say nothing of the rest.';

CREATE OR REPLACE FUNCTION compare_models(since timestamp with time zone, until timestamp with time zone)
 RETURNS TABLE(kpi text, service text, model text, context_size text, operation text, snapshots bigint, samples double precision, mean double precision, lowest double precision, highest double precision, p50 double precision, p95 double precision, p99 double precision, buckets numeric)
 LANGUAGE sql
 STABLE
AS $function$
  SELECT added.kpi, series.service, series.model, series.context_size, series.operation, added.snapshots, added.samples,
         mean_of(added.samples_total, added.samples, added.total, added.snapshots), added.lowest, added.highest,
         quantile_of_buckets(added.kpi, added.buckets, 0.5), quantile_of_buckets(added.kpi, added.buckets, 0.95),
         quantile_of_buckets(added.kpi, added.buckets, 0.99), added.buckets
  FROM (
    SELECT parts.kpi, parts.series_id, sum(parts.count) AS snapshots, sum(parts.total) AS total,
           min(parts.lowest) AS lowest, max(parts.highest) AS highest, sum(parts.samples) AS samples,
           sum(parts.samples_total) AS samples_total, sum(parts.buckets) AS buckets
    FROM window_parts(since, until) AS parts GROUP BY parts.kpi, parts.series_id
  ) AS added JOIN series ON series.id = added.series_id
$function$;
COMMENT ON FUNCTION compare_models IS 'Each KPI of each service, model, context size and operation from since to until, exactly, both included. snapshots: those with a value. samples: operations that mean is over, of a gauge its readings; NULL where none is known, and mean is then over the snapshots. lowest and highest: of the snapshots'' values, such as the p95 of latency. p50, p95 and p99: of all operations of the time together, from their buckets; NULL unless the KPI is a distribution. buckets: for other quantiles, and to put several rows together, by quantile_of_buckets. A gauge is read from a process, which several models may share.';

CREATE OR REPLACE FUNCTION compare_weeks(since timestamp with time zone, until timestamp with time zone)
 RETURNS TABLE(kpi text, service text, model text, context_size text, operation text, snapshots bigint, samples double precision, mean double precision, snapshots_before bigint, samples_before double precision, mean_before double precision, change double precision, p95 double precision, p95_before double precision)
 LANGUAGE sql
 STABLE
AS $function$
  SELECT kpi, service, model, context_size, operation, now.snapshots, now.samples, now.mean, before.snapshots,
         before.samples, before.mean, (now.mean - before.mean) / nullif(abs(before.mean), 0), now.p95, before.p95
  FROM compare_models(since, until) AS now
  FULL JOIN compare_models(since - interval '168 hours', until - interval '168 hours') AS before
    USING (kpi, service, model, context_size, operation)
$function$;
COMMENT ON FUNCTION compare_weeks IS 'Each KPI from since to until, exactly, beside the same time a week earlier; samples, means and p95 as in compare_models. change is the relative change of the mean; NULL where a side is missing or was 0.';

CREATE OR REPLACE FUNCTION config_changes_before(episode bigint, within interval DEFAULT '06:00:00'::interval)
 RETURNS TABLE(id bigint, at timestamp with time zone, by text, source text, summary text[], differences jsonb)
 LANGUAGE sql
 STABLE
AS $function$
  SELECT changes.id, changes.at, changes.by, changes.source, changes.summary, changes.differences
  FROM alert_episodes AS begun JOIN config_changes AS changes
    ON changes.at <= begun.starts_at AND changes.at >= begun.starts_at - within
  WHERE begun.id = episode AND changes.previous_sha256 IS NOT NULL
$function$;
COMMENT ON FUNCTION config_changes_before IS 'Changes of the configuration that applied shortly before an alert episode began.';

CREATE OR REPLACE FUNCTION context_tokens(context_size text)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT CASE WHEN context_size ~ '^[1-9][0-9]{0,9}$' THEN
    CASE WHEN context_size::bigint <= 2147483647 THEN context_size::integer END
  END
$function$;
COMMENT ON FUNCTION context_tokens IS 'Tokens of a context size as labels have it. NULL for +Inf, which has no upper end, and for every text that is no number of tokens from 1 to 2147483647.';

CREATE OR REPLACE FUNCTION count_of_buckets(buckets numeric)
 RETURNS double precision
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
DECLARE
  rest numeric := buckets;
  total double precision := 0;
BEGIN
  WHILE rest > 0 LOOP
    total := total + rest % 1000000000000;
    rest := div(rest, 1000000000000);
  END LOOP;
  RETURN total;
END
$function$;
COMMENT ON FUNCTION count_of_buckets IS 'How many operations are in buckets, such as sum(buckets) of snapshots.';

CREATE OR REPLACE FUNCTION deployments_before(episode bigint, within interval DEFAULT '06:00:00'::interval)
 RETURNS TABLE(id bigint, at timestamp with time zone, service text, version text, previous_version text, source text, by text)
 LANGUAGE sql
 STABLE
AS $function$
  SELECT came.id, came.at, came.service, came.version, came.previous_version, came.source, came.by
  FROM alert_episodes AS begun JOIN deployments AS came
    ON came.at <= begun.starts_at AND came.at >= begun.starts_at - within
    AND (begun.service IS NULL OR came.service = begun.service)
  WHERE begun.id = episode AND (came.previous_version IS NOT NULL OR came.source = 'api')
$function$;
COMMENT ON FUNCTION deployments_before IS 'Deployments of an alert episode''s service shortly before it began; of any service for an alert that concerns none. A service that was seen for the first time is not a deployment.';

CREATE OR REPLACE FUNCTION first_bad_operation(episode bigint, within interval DEFAULT '01:00:00'::interval)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
AS $function$
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
$function$;
COMMENT ON FUNCTION first_bad_operation IS 'When operations of an alert''s KPI and place began to be bad: the first kept operation at or beyond its level since which bad ones were, in sum, more than half as frequent as they were in the five minutes before it fired, or in the newest 20 kept operations where this share is greater. It looks back for an hour, not beyond the end of the episode before, and over the newest 5,000 kept operations. NULL where no bad one was kept.';

CREATE OR REPLACE FUNCTION keep_alert_notifications()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'rows of alert_notifications can be added, and go with their episode, but not changed'
    USING ERRCODE = 'insufficient_privilege';
END
$function$;
COMMENT ON FUNCTION keep_alert_notifications IS 'Refuses to change rows of alert_notifications.';

CREATE OR REPLACE FUNCTION keep_audit_log()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.at < now() - interval '400 days' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'entries of audit_log can be added, and removed after 400 days, but not changed'
    USING ERRCODE = 'insufficient_privilege';
END
$function$;
COMMENT ON FUNCTION keep_audit_log IS 'Refuses to change entries of audit_log, and to remove those of the last 400 days.';

CREATE OR REPLACE FUNCTION may_change(given double precision[], times timestamp with time zone[], significance double precision DEFAULT 0.001)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
DECLARE
  n constant integer := cardinality(given);
  parts timestamptz[];
  unlike integer;
  extent double precision;
BEGIN
  SELECT array_agg(date_bin('12 hours', listed.time, 'epoch') ORDER BY listed.value), count(DISTINCT listed.value)
  INTO parts, unlike
  FROM unnest(given, times) AS listed (value, time);
  IF unlike = 1 THEN RETURN false; END IF;
  -- Pettitt's statistic after each half day. In between, a value moves it by at most n - 1, away from the nearer end.
  -- Values that are alike should share their middle rank; whichever places they took among them, that moves it by at
  -- most a quarter of the square of their number.
  SELECT max(abs(statistic.u)) + max(statistic.held) / 2.0 * (n - 1) + (n - unlike + 1) ^ 2 / 4.0 INTO extent
  FROM (
    SELECT sum(sum(2 * ranked.place - n - 1)::integer) OVER (ORDER BY ranked.part ROWS UNBOUNDED PRECEDING) AS u,
           count(*) AS held
    FROM unnest(parts) WITH ORDINALITY AS ranked (part, place)
    GROUP BY ranked.part
  ) AS statistic;
  RETURN 2 * exp(greatest(-700, -6 * extent ^ 2 / (n::double precision ^ 3 + n::double precision ^ 2))) < significance;
END
$function$;
COMMENT ON FUNCTION may_change IS 'Whether change_points_of could find anything in the values of these times, which come in any order: false is certain and fast to find; true only means that change_points_of has to look.';

CREATE OR REPLACE FUNCTION mean_of(samples_total double precision, samples double precision, total double precision, count numeric)
 RETURNS double precision
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT coalesce(samples_total / nullif(samples, 0), total / nullif(count, 0)::double precision)
$function$;
COMMENT ON FUNCTION mean_of IS 'Mean over operations, each counted once; of a gauge over its readings. Where none is known (samples is NULL or 0) the mean of the snapshots'' values.';

CREATE OR REPLACE FUNCTION parts_of_window(since timestamp with time zone, until timestamp with time zone, largest interval, OUT six_hours timestamp with time zone[], OUT hours timestamp with time zone[], OUT five_minutes timestamp with time zone[], OUT rest_since timestamp with time zone[], OUT rest_until timestamp with time zone[])
 RETURNS record
 LANGUAGE sql
 STABLE STRICT
 SET jit TO 'off'
AS $function$
  WITH full_6h AS MATERIALIZED (
    SELECT start, start + interval '6 hours' AS over FROM rolled_up_6h
    WHERE largest >= interval '6 hours' AND start >= since AND start <= until - interval '6 hours'
  ), between_6h AS MATERIALIZED (
    SELECT listed.over AS start, lead(listed.start, 1, until) OVER (ORDER BY listed.start, listed.over) AS over
    FROM (SELECT since AS start, since AS over UNION ALL TABLE full_6h) AS listed
  ), full_hours AS MATERIALIZED (
    SELECT added.hour AS start, added.hour + interval '1 hour' AS over
    FROM between_6h CROSS JOIN LATERAL (
      SELECT rolled_up_hours.hour FROM rolled_up_hours
      WHERE largest >= interval '1 hour' AND rolled_up_hours.hour >= between_6h.start
        AND rolled_up_hours.hour <= between_6h.over - interval '1 hour'
    ) AS added
    WHERE between_6h.start < between_6h.over
  ), between_hours AS MATERIALIZED (
    SELECT listed.over AS start, lead(listed.start, 1, until) OVER (ORDER BY listed.start, listed.over) AS over
    FROM (SELECT since AS start, since AS over UNION ALL TABLE full_6h UNION ALL TABLE full_hours) AS listed
  ), full_5min AS MATERIALIZED (
    SELECT added.start, added.start + interval '5 min' AS over
    FROM between_hours CROSS JOIN LATERAL (
      SELECT rolled_up_5min.start FROM rolled_up_5min
      WHERE rolled_up_5min.start >= between_hours.start
        AND rolled_up_5min.start <= between_hours.over - interval '5 min'
    ) AS added
    WHERE between_hours.start < between_hours.over
  ), rest AS MATERIALIZED (
    SELECT between.start, between.over
    FROM (
      SELECT listed.over AS start, lead(listed.start, 1, until) OVER (ORDER BY listed.start, listed.over) AS over
      FROM (
        SELECT since AS start, since AS over UNION ALL TABLE full_6h UNION ALL TABLE full_hours UNION ALL TABLE full_5min
      ) AS listed
    ) AS between
    WHERE between.start < between.over
  )
  SELECT ARRAY(SELECT start FROM full_6h ORDER BY start), ARRAY(SELECT start FROM full_hours ORDER BY start),
         ARRAY(SELECT start FROM full_5min ORDER BY start),
         ARRAY(SELECT start FROM rest ORDER BY start), ARRAY(SELECT over FROM rest ORDER BY start)
$function$;
COMMENT ON FUNCTION parts_of_window IS 'Divides the time from since on, before until, so that every snapshot in it is read once: six_hours, hours and five_minutes that are rolled up, lie within it and are no larger than largest, by their starts, and everything else, from each rest_since on, before each rest_until.';

CREATE OR REPLACE FUNCTION quantile_of(ascending double precision[], reached double precision[], spread double precision[], greatest_weight double precision, share double precision)
 RETURNS TABLE(value double precision, low double precision, high double precision)
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT ascending[place],
    CASE WHEN share - margin >= 0 THEN ascending[CASE
      WHEN reached IS NULL THEN floor((share - margin) * total / greatest_weight) ELSE width_bucket((share - margin) * total, reached)
    END::integer + 1] END,
    CASE WHEN share + margin <= 1 THEN ascending[CASE
      WHEN reached IS NULL THEN floor((share + margin) * total / greatest_weight) ELSE width_bucket((share + margin) * total, reached)
    END::integer + 1] END
  -- Sums of fractions end a little beside whole numbers.
  FROM (SELECT coalesce(reached[cardinality(reached)], greatest_weight * cardinality(ascending)) * (1 - 1e-9) AS total,
          greatest_weight * (greatest_weight - 1) AS most) AS totals,
    LATERAL (SELECT CASE
      WHEN reached IS NULL THEN floor(share * total / greatest_weight) ELSE width_bucket(share * total, reached)
    END::integer + 1 AS place) AS found,
    LATERAL (SELECT coalesce(spread[place], most * place) AS below,
      coalesce(spread[cardinality(spread)], most * cardinality(ascending)) AS whole) AS spreads,
    -- As if one more of the sample lay on either side: beyond the last value, the sample itself has no error.
    LATERAL (SELECT 1.96 / total * sqrt((below + most) * (1 - share) ^ 2 + (whole - below + most) * share ^ 2) AS margin) AS error
$function$;
COMMENT ON FUNCTION quantile_of IS 'weighted_quantile of values that ranked_values has ranked.';

CREATE OR REPLACE FUNCTION quantile_of_buckets(kpi text, buckets numeric, share double precision)
 RETURNS double precision
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE STRICT
AS $function$
#variable_conflict use_column
DECLARE
  known bucket_boundaries;
  rest numeric := buckets;
  counts double precision[] := '{}';
  total double precision := 0;
  reached double precision := 0;
  lower double precision;
  place integer := 0;
BEGIN
  SELECT * INTO known FROM bucket_boundaries WHERE bucket_boundaries.kpi = quantile_of_buckets.kpi;
  WHILE rest > 0 LOOP
    place := place + 1;
    counts[place] := rest % 1000000000000;
    total := total + counts[place];
    rest := div(rest, 1000000000000);
  END LOOP;
  FOREACH place IN ARRAY coalesce(known.ascending, '{}') LOOP
    IF counts[place] > 0 THEN
      reached := reached + counts[place];
      IF reached >= share * total THEN
        IF known.upper[place] = 'Infinity' THEN RETURN lower; END IF;
        lower := coalesce(lower, least(0, known.upper[place]));
        RETURN lower + (known.upper[place] - lower) * greatest(0, 1 - (reached - share * total) / counts[place]);
      END IF;
    END IF;
    lower := known.upper[place];
  END LOOP;
  RETURN NULL;
END
$function$;
COMMENT ON FUNCTION quantile_of_buckets IS 'The value up to which a share of the operations in buckets lies, such as 0.95 of sum(buckets): in the bucket that holds the true one, placed within it as if its operations were spread evenly. Beyond the last boundary it is that boundary. NULL without operations.';

CREATE OR REPLACE FUNCTION ranked_values(given double precision[], weights double precision[])
 RETURNS TABLE(ascending double precision[], reached double precision[], spread double precision[], greatest_weight double precision, mean double precision, error double precision)
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT ascending, NULL::double precision[], NULL::double precision[], weight, mean,
         sqrt(weight * (weight - 1) * squares) / (weight * cardinality(ascending))
  FROM (
    SELECT array_agg(value ORDER BY value) AS ascending, weights[1] AS weight, avg(value) AS mean,
           count(*) * var_pop(value) AS squares
    FROM unnest(given) AS each (value)
  ) AS added
  WHERE weights = array_fill(weights[1], ARRAY[cardinality(weights)])
  UNION ALL
  SELECT ascending, reached, spread, greatest_weight, given[1] + beyond,
         sqrt(greatest(0, squares - 2 * beyond * products + beyond ^ 2 * spread[cardinality(spread)])) / reached[cardinality(reached)]
  FROM (
    SELECT array_agg(value) AS ascending, array_agg(reached) AS reached, array_agg(spread) AS spread,
           max(weight) AS greatest_weight, sum(weight * moved) / sum(weight) AS beyond, sum(own * moved) AS products,
           sum(own * moved * moved) AS squares
    FROM (
      SELECT value, value - given[1] AS moved, weight, weight * (weight - 1) AS own,
             sum(weight) OVER in_order AS reached, sum(weight * (weight - 1)) OVER in_order AS spread
      FROM unnest(given, weights) AS each (value, weight)
      WINDOW in_order AS (ORDER BY value ROWS UNBOUNDED PRECEDING)
    ) AS ranked
  ) AS added
  WHERE weights <> array_fill(weights[1], ARRAY[cardinality(weights)])
$function$;
COMMENT ON FUNCTION ranked_values IS 'Values in ascending order, each with the weight up to it and with what it adds to the variance of that weight, which quantile_of reads; and their weighted_mean. reached and spread are NULL where all weights are equal: they are multiples of the rank then.';

CREATE OR REPLACE FUNCTION values_of_rest(five_minutes timestamp with time zone[], rest_since timestamp with time zone[], rest_until timestamp with time zone[])
 RETURNS TABLE(hour timestamp with time zone, series_id integer, kpi text, count integer, total double precision, lowest double precision, highest double precision, samples double precision, samples_total double precision, buckets numeric)
 LANGUAGE sql
 STABLE STRICT ROWS 250
AS $function$
  SELECT date_bin('1 hour', added.start, 'epoch'), added.series_id, added.kpi, sum(added.count)::integer,
         sum(added.total), min(added.least), max(added.greatest), sum(added.samples), sum(added.samples_total),
         sum(added.buckets)
  FROM snapshots_5min AS added WHERE added.start = ANY (five_minutes)
  GROUP BY 1, 2, 3
  UNION ALL
  SELECT single.* FROM unnest(rest_since, rest_until) AS span (since, until) CROSS JOIN LATERAL (
    SELECT date_bin('1 hour', snapshots.at, 'epoch'), snapshots.series_id, snapshots.kpi,
           count(snapshots.value)::integer, sum(snapshots.value), min(snapshots.value), max(snapshots.value),
           sum(snapshots.samples) FILTER (WHERE snapshots.mean IS NOT NULL), sum(snapshots.mean * snapshots.samples),
           sum(snapshots.buckets)
    FROM snapshots WHERE snapshots.at >= span.since AND snapshots.at < span.until
    GROUP BY 1, 2, 3
  ) AS single
$function$;
COMMENT ON FUNCTION values_of_rest IS 'What parts_of_window leaves beside full hours, added up by hour, KPI and series; an hour in several parts has several rows.';

CREATE OR REPLACE FUNCTION weighted_mean(given double precision[], weights double precision[])
 RETURNS TABLE(mean double precision, error double precision)
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT ranked.mean, ranked.error FROM ranked_values(given, weights) AS ranked
$function$;
COMMENT ON FUNCTION weighted_mean IS 'Mean of all measurements, estimated from those that were kept, with its standard error: the ratio of two Horvitz-Thompson sums, and its variance for Poisson sampling (Särndal, Swensson and Wretman, Model Assisted Survey Sampling, 1992, chapter 5). What is always kept has no error.';

CREATE OR REPLACE FUNCTION weighted_quantile(given double precision[], weights double precision[], share double precision)
 RETURNS TABLE(value double precision, low double precision, high double precision)
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT found.* FROM ranked_values(given, weights) AS ranked,
    quantile_of(ranked.ascending, ranked.reached, ranked.spread, ranked.greatest_weight, share) AS found
$function$;
COMMENT ON FUNCTION weighted_quantile IS 'The least value that a share of all measurements does not exceed, estimated from those that were kept. low and high are an interval that holds the true one in 95 of 100 samples: those of the shares that the error of the estimated share reaches (Woodruff, Confidence Intervals for Medians and Other Position Measures, 1952, JASA 47, 635-646). NULL for an end that lies beyond everything that was kept.';

CREATE OR REPLACE FUNCTION window_parts(since timestamp with time zone, until timestamp with time zone)
 RETURNS TABLE(start timestamp with time zone, series_id integer, kpi text, count integer, total double precision, lowest double precision, highest double precision, samples double precision, samples_total double precision, buckets numeric)
 LANGUAGE sql
 STABLE
AS $function$
  SELECT added.start, added.series_id, added.kpi, added.count, added.total, added.least, added.greatest,
         added.samples, added.samples_total, added.buckets
  FROM snapshots_6h AS added JOIN rolled_up_6h USING (start)
  WHERE added.start >= since AND added.start <= until + interval '1 microsecond' - interval '6 hours'
  UNION ALL
  SELECT read.*
  FROM parts_of_window(since, until + interval '1 microsecond', '6 hours') AS parts
  CROSS JOIN LATERAL (
    SELECT * FROM values_of_rest(parts.five_minutes, parts.rest_since, parts.rest_until)
    UNION ALL
    SELECT added.hour, added.series_id, added.kpi, added.count, added.total, added.least, added.greatest,
           added.samples, added.samples_total, added.buckets
    FROM snapshots_hourly AS added WHERE added.hour = ANY (parts.hours)
  ) AS read
  WHERE read.count > 0 OR read.samples IS NOT NULL
$function$;
COMMENT ON FUNCTION window_parts IS 'The same snapshots as window_values, exactly, in fewer rows: added up by six hours, which begin at start, at the ends of the window by the hour.';

CREATE OR REPLACE FUNCTION window_values(since timestamp with time zone, until timestamp with time zone)
 RETURNS TABLE(hour timestamp with time zone, series_id integer, kpi text, count integer, total double precision, lowest double precision, highest double precision, samples double precision, samples_total double precision, buckets numeric)
 LANGUAGE sql
 STABLE
AS $function$
  SELECT added.hour, added.series_id, added.kpi, added.count, added.total, added.least, added.greatest,
         added.samples, added.samples_total, added.buckets
  FROM snapshots_hourly AS added JOIN rolled_up_hours USING (hour)
  WHERE added.hour >= since AND added.hour <= until + interval '1 microsecond' - interval '1 hour'
  UNION ALL
  SELECT read.*
  FROM parts_of_window(since, until + interval '1 microsecond', '1 hour') AS parts
  CROSS JOIN LATERAL values_of_rest(parts.five_minutes, parts.rest_since, parts.rest_until) AS read
  WHERE read.count > 0 OR read.samples IS NOT NULL
$function$;
COMMENT ON FUNCTION window_values IS 'The snapshots from since to until, exactly, both included, added up by hour, KPI and series: full hours from the roll-ups, the ends of the window from five minutes and single snapshots. An hour in several parts has several rows. Of a time from which only hours are kept, only the hours within the window can be known.';
