-- Whether a person was notified of an alert, or why not.

CREATE TABLE alert_notifications (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  episode_id     bigint NOT NULL REFERENCES alert_episodes ON DELETE CASCADE,
  at             timestamptz NOT NULL,
  receiver       text,
  integration    text,
  outcome        text NOT NULL CHECK (outcome IN ('routed', 'success', 'error', 'unknown', 'silenced', 'inhibited', 'muted', 'no_receiver', 'not_there')),
  reason         text,
  silences       jsonb NOT NULL DEFAULT '[]',
  inhibited_by   text[] NOT NULL DEFAULT '{}',
  mute_times     text[] NOT NULL DEFAULT '{}',
  due_at         timestamptz,
  via            text NOT NULL CHECK (via IN ('api', 'metrics', 'events')),
  recorded_at    timestamptz NOT NULL DEFAULT now(),
  UNIQUE (episode_id, at, receiver, integration, outcome)
);
CREATE INDEX alert_notifications_episode ON alert_notifications (episode_id, id);
CREATE INDEX alert_notifications_at ON alert_notifications (at);
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

CREATE FUNCTION keep_alert_notifications() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of alert_notifications can be added, and go with their episode, but not changed'
    USING ERRCODE = 'insufficient_privilege';
END
$$;
COMMENT ON FUNCTION keep_alert_notifications() IS 'Refuses to change rows of alert_notifications.';
CREATE TRIGGER alert_notifications_stay BEFORE UPDATE ON alert_notifications
  FOR EACH ROW EXECUTE FUNCTION keep_alert_notifications();

CREATE TABLE alertmanager_counts (
  alertmanager text NOT NULL,
  at           timestamptz NOT NULL,
  started_at   double precision NOT NULL,
  counts       jsonb NOT NULL,
  members      integer,
  own          jsonb NOT NULL,
  PRIMARY KEY (alertmanager, at)
);
COMMENT ON TABLE alertmanager_counts IS 'What each Alertmanager had counted of its notifications, for the last hour: what came between two rows tells what became of an alert that was due.';
COMMENT ON COLUMN alertmanager_counts.alertmanager IS 'Its address.';
COMMENT ON COLUMN alertmanager_counts.at IS 'When the recorder asked.';
COMMENT ON COLUMN alertmanager_counts.started_at IS 'When its process began, Unix seconds: counts begin anew then.';
COMMENT ON COLUMN alertmanager_counts.counts IS 'Counts of each integration and, where Alertmanager says it, receiver, that are not all 0.';
COMMENT ON COLUMN alertmanager_counts.members IS 'How many Alertmanagers its cluster has, itself included; NULL without a cluster.';
COMMENT ON COLUMN alertmanager_counts.own IS 'Notifications that the recorder itself had taken, and since when: these are of no person.';

CREATE VIEW notifications AS
  SELECT
    alert_notifications.at,
    alert_notifications.episode_id,
    alert_episodes.alertname,
    alert_episodes.severity AS level,
    alert_episodes.service,
    alert_episodes.summary AS message,
    alert_notifications.receiver,
    alert_notifications.integration,
    alert_notifications.outcome,
    alert_notifications.reason,
    (SELECT string_agg(coalesce(silence->>'by', '') || ' until '
         || to_char(to_timestamp((silence->>'until')::float8) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
         || CASE WHEN coalesce(silence->>'comment', '') = '' THEN '' ELSE ': ' || (silence->>'comment') END, '; ')
       FROM jsonb_array_elements(alert_notifications.silences) AS silence) AS silenced_by,
    nullif(array_to_string(alert_notifications.inhibited_by, ', '), '') AS inhibited_by,
    nullif(array_to_string(alert_notifications.mute_times, ', '), '') AS mute_times
  FROM alert_notifications JOIN alert_episodes ON alert_episodes.id = alert_notifications.episode_id;
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
  SELECT
    alert_episodes.id AS episode_id,
    CASE
      WHEN told.delivered THEN true
      WHEN told.ways IS NULL OR told.is_open THEN NULL
      ELSE false
    END AS was_notified,
    told.first_at
  FROM alert_episodes
    LEFT JOIN LATERAL (
      SELECT
        bool_or(outcome = 'success') AS delivered,
        bool_or(outcome = 'unknown' OR outcome = 'routed' AND is_last) AS is_open,
        count(*) AS ways,
        min(at) FILTER (WHERE outcome = 'success') AS first_at
      FROM (
        SELECT outcome, at, row_number() OVER (PARTITION BY receiver, integration ORDER BY id DESC) = 1 AS is_last
        FROM alert_notifications WHERE alert_notifications.episode_id = alert_episodes.id
      ) AS learned
      HAVING count(*) > 0
    ) AS told ON true;
COMMENT ON VIEW notified_alerts IS 'Whether a person was notified of each alert.';
COMMENT ON COLUMN notified_alerts.episode_id IS 'The alert: alert_episodes.id.';
COMMENT ON COLUMN notified_alerts.was_notified IS 'true if a notification was delivered, false if none was, NULL where that is not known or still open.';
COMMENT ON COLUMN notified_alerts.first_at IS 'When the first delivered notification was learned of; NULL without one.';
