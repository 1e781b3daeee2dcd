-- Incidents: alert episodes that belong together, and what people did with them.

CREATE TABLE alert_incidents (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  title     text NOT NULL,
  titled_by text,
  into_id   bigint REFERENCES alert_incidents ON DELETE CASCADE,
  opened_at timestamptz NOT NULL DEFAULT now(),
  CHECK (into_id <> id)
);
CREATE INDEX alert_incidents_into ON alert_incidents (into_id) WHERE into_id IS NOT NULL;
COMMENT ON TABLE alert_incidents IS 'One row for each incident; the view incidents has what its episodes say of it. A row whose last episode is deleted is deleted with it.';
COMMENT ON COLUMN alert_incidents.id IS 'Key of the incident, used in links.';
COMMENT ON COLUMN alert_incidents.title IS 'What it is about: its service, its KPIs and its number of alerts, or what a person has written.';
COMMENT ON COLUMN alert_incidents.titled_by IS 'Who wrote the title; NULL where it was made from the episodes.';
COMMENT ON COLUMN alert_incidents.into_id IS 'The incident that it became part of; NULL for one that stands by itself.';
COMMENT ON COLUMN alert_incidents.opened_at IS 'When the recorder stored it.';

CREATE TABLE alert_incident_episodes (
  episode_id  bigint PRIMARY KEY REFERENCES alert_episodes ON DELETE CASCADE,
  incident_id bigint NOT NULL REFERENCES alert_incidents,
  by_person   boolean NOT NULL DEFAULT false
);
CREATE INDEX alert_incident_episodes_incident ON alert_incident_episodes (incident_id);
COMMENT ON TABLE alert_incident_episodes IS 'The incident of each alert episode: exactly one, some seconds after the episode is stored.';
COMMENT ON COLUMN alert_incident_episodes.episode_id IS 'The episode: alert_episodes.id.';
COMMENT ON COLUMN alert_incident_episodes.incident_id IS 'The incident: alert_incidents.id.';
COMMENT ON COLUMN alert_incident_episodes.by_person IS 'Whether a person has put it there by a merge or a split: then it stays, whatever else becomes known.';

CREATE TABLE alert_incident_actions (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  incident_id bigint NOT NULL REFERENCES alert_incidents ON DELETE CASCADE,
  kind        text NOT NULL CHECK (kind IN ('comment', 'title', 'merge', 'split')),
  by          text NOT NULL,
  at          timestamptz NOT NULL DEFAULT now(),
  comment     text,
  other_id    bigint,
  episode_ids bigint[]
);
CREATE INDEX alert_incident_actions_incident ON alert_incident_actions (incident_id, id);
COMMENT ON TABLE alert_incident_actions IS 'What people did with an incident, each time. Acknowledgements are of episodes: alert_acknowledgements.';
COMMENT ON COLUMN alert_incident_actions.id IS 'Order in which they were stored.';
COMMENT ON COLUMN alert_incident_actions.incident_id IS 'The incident: alert_incidents.id.';
COMMENT ON COLUMN alert_incident_actions.kind IS 'comment; title: wrote its title; merge: made another incident part of it; split: took episodes out of it.';
COMMENT ON COLUMN alert_incident_actions.by IS 'Who, as they call themselves.';
COMMENT ON COLUMN alert_incident_actions.at IS 'When the recorder stored it.';
COMMENT ON COLUMN alert_incident_actions.comment IS 'The comment, or the title; NULL for a merge or split without one.';
COMMENT ON COLUMN alert_incident_actions.other_id IS 'The incident that was merged into it, or that episodes were split off to: alert_incidents.id when it was done.';
COMMENT ON COLUMN alert_incident_actions.episode_ids IS 'The episodes that a merge or split moved: alert_episodes.id when it was done.';

CREATE VIEW incidents AS
  SELECT
    incident.id,
    incident.title,
    severities.names[found.worst] AS severity,
    CASE WHEN found.ends_at IS NOT NULL THEN 'resolved'
      WHEN people.acknowledged_at IS NOT NULL THEN 'acknowledged' ELSE 'open' END AS state,
    found.starts_at,
    found.ends_at,
    found.services,
    found.kpis,
    found.alerts,
    found.open_alerts,
    people.acknowledged_at,
    people.people,
    incident.titled_by
  FROM alert_incidents AS incident
  CROSS JOIN (VALUES (ARRAY['info', 'warning', 'error', 'critical'])) AS severities (names)
  CROSS JOIN LATERAL (
    SELECT
      min(starts_at) AS starts_at,
      CASE WHEN bool_and(ends_at IS NOT NULL) THEN max(ends_at) END AS ends_at,
      max(array_position(severities.names, episode.severity)) AS worst,
      coalesce(array_agg(DISTINCT service ORDER BY service) FILTER (WHERE service IS NOT NULL), '{}') AS services,
      coalesce(array_agg(DISTINCT kpi ORDER BY kpi) FILTER (WHERE kpi IS NOT NULL), '{}') AS kpis,
      count(*) FILTER (WHERE is_own) AS alerts,
      count(*) FILTER (WHERE ends_at IS NULL) AS open_alerts
    FROM (
      SELECT alert_episodes.*, closed_how IS DISTINCT FROM 'superseded' OR ends_at > starts_at AS is_own
      FROM alert_incident_episodes JOIN alert_episodes ON alert_episodes.id = episode_id
      WHERE incident_id = incident.id
    ) AS episode
  ) AS found
  CROSS JOIN LATERAL (
    SELECT
      min(at) FILTER (WHERE is_acknowledgement) AS acknowledged_at,
      coalesce(array_agg(by ORDER BY first), '{}') AS people
    FROM (
      SELECT by, min(at) AS first, min(at) FILTER (WHERE is_acknowledgement) AS at,
        bool_or(is_acknowledgement) AS is_acknowledgement
      FROM (
        SELECT known.by, known.at, true AS is_acknowledgement
        FROM alert_incident_episodes JOIN alert_acknowledgements AS known USING (episode_id)
        WHERE incident_id = incident.id
        UNION ALL
        SELECT action.by, action.at, false FROM alert_incident_actions AS action
        WHERE kind = 'comment' AND (
          incident_id = incident.id OR incident_id IN (SELECT id FROM alert_incidents WHERE into_id = incident.id)
        )
      ) AS each
      GROUP BY by
    ) AS names
  ) AS people
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

CREATE VIEW incident_episodes AS
  SELECT incident_id, episode_id, by_person FROM alert_incident_episodes;
COMMENT ON VIEW incident_episodes IS 'Which alert is part of which incident: each of exactly one.';
COMMENT ON COLUMN incident_episodes.incident_id IS 'The incident: incidents.id.';
COMMENT ON COLUMN incident_episodes.episode_id IS 'The alert: alerts.id.';
COMMENT ON COLUMN incident_episodes.by_person IS 'Whether a person has put it there.';
