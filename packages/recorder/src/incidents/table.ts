import type pg from 'pg'
import type { Member } from './grouping.js'
import { type Titled, titleOf } from './title.js'

/** An episode with the incident that it is in until now. */
export interface StoredMember extends Member, Titled {
  readonly incident: string | undefined
  /** Whether a person has put it there. */
  readonly isPinned: boolean
}

interface MemberRow extends Titled {
  readonly id: string
  readonly cluster: string
  readonly alert: string
  readonly starts_at: Date
  readonly ends_at: Date | null
  readonly incident: string | null
  readonly is_pinned: boolean
}

/** KPI and place of an episode, whatever its level; its name where it has no KPI. */
const alertOf = (row: string) =>
  `jsonb_build_array(coalesce(${row}.kpi, ${row}.alertname), ${row}.model, ${row}.context_size, ${row}.operation)::text`

/** Whether an episode turned out to be a part of the one before it. */
const isMergedAway = `(closed_how IS NOT DISTINCT FROM 'superseded' AND ends_at = starts_at)`

const columns = `episode.id, episode.cluster, episode.service, ${alertOf('episode')} AS alert, kpi, alertname, severity,
  starts_at, ends_at, ${isMergedAway} AS "isMergedAway", incident_id AS incident, coalesce(by_person, false) AS is_pinned`

/**
 * All that the changed episodes can be linked with, and everything that is in one incident with any of it. What is not
 * among it stays as it is, whatever becomes of these.
 */
export async function loadAround(
  client: pg.ClientBase,
  episodeIds: readonly string[],
  withinMs: number,
): Promise<StoredMember[]> {
  const { rows } = await client.query<MemberRow>(
    `WITH changed AS (
       SELECT *, ${alertOf('alert_episodes')} AS alert FROM alert_episodes WHERE id = ANY($1::bigint[])
     ), times AS (
       SELECT cluster, service,
         unnest(range_agg(tstzrange(starts_at - $2::interval, starts_at + $2::interval, '[]'))) AS around
       FROM changed GROUP BY cluster, service
     ), alerts AS (
       SELECT cluster, coalesce(service, '') AS service, alert, min(starts_at) - $2::interval AS from_at,
         max(coalesce(ends_at, 'infinity')) + $2::interval AS to_at
       FROM changed GROUP BY 1, 2, 3
     ), near AS (
       -- A storm has thousands within minutes of each other: each is read once.
       SELECT other.id FROM times CROSS JOIN LATERAL (
         SELECT id FROM alert_episodes AS each
         WHERE starts_at BETWEEN lower(around) AND upper(around)
           AND each.cluster = times.cluster AND each.service IS NOT DISTINCT FROM times.service
         OFFSET 0
       ) AS other
       UNION
       SELECT other.id FROM alerts JOIN alert_episodes AS other
         ON other.cluster = alerts.cluster AND coalesce(other.service, '') = alerts.service
         AND ${alertOf('other')} = alerts.alert
       WHERE other.starts_at <= to_at AND coalesce(other.ends_at, 'infinity') >= from_at
         AND (other.ends_at IS NULL OR other.ends_at >= (SELECT min(from_at) FROM alerts))
       UNION
       SELECT id FROM changed
     ), touched AS (
       SELECT DISTINCT incident_id FROM near JOIN alert_incident_episodes ON episode_id = near.id
     )
     SELECT ${columns} FROM alert_episodes AS episode
     LEFT JOIN alert_incident_episodes ON episode_id = episode.id
     WHERE episode.id IN (SELECT id FROM near)
       OR episode.id IN (SELECT episode_id FROM alert_incident_episodes JOIN touched USING (incident_id))`,
    [episodeIds, `${withinMs} milliseconds`],
  )
  return rows.map(memberOf)
}

/** The episodes of incidents. */
export async function loadMembers(
  client: pg.ClientBase,
  incidents: readonly string[],
): Promise<StoredMember[]> {
  const { rows } = await client.query<MemberRow>(
    `SELECT ${columns} FROM alert_incident_episodes JOIN alert_episodes AS episode ON episode.id = episode_id
     WHERE incident_id = ANY($1::bigint[])`,
    [incidents],
  )
  return rows.map(memberOf)
}

/** Stores new incidents. @returns their ids, in the order of the titles */
export async function insertIncidents(client: pg.ClientBase, titles: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO alert_incidents (title)
     SELECT title FROM unnest($1::text[]) WITH ORDINALITY AS given (title, number) ORDER BY number RETURNING id`,
    [titles],
  )
  // Numbers are given in the order of the rows.
  return rows.map(({ id }) => id).sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
}

/** Makes incidents part of others, with all that was part of them. @param absorbed pairs of an incident and what it becomes part of */
export async function absorb(
  client: pg.ClientBase,
  absorbed: readonly (readonly [incident: string, into: string])[],
): Promise<void> {
  if (absorbed.length === 0) return
  await client.query(
    `UPDATE alert_incidents AS incident SET into_id = given.into_id
     FROM unnest($1::bigint[], $2::bigint[]) AS given (id, into_id)
     WHERE incident.id = given.id OR incident.into_id = given.id`,
    [absorbed.map(([incident]) => incident), absorbed.map(([, into]) => into)],
  )
}

/** Puts episodes into incidents. Those that a person has put into one stay a person's. */
export async function putInto(
  client: pg.ClientBase,
  moves: readonly (readonly [episode: string, incident: string])[],
): Promise<void> {
  if (moves.length === 0) return
  await client.query(
    `INSERT INTO alert_incident_episodes (episode_id, incident_id)
     SELECT * FROM unnest($1::bigint[], $2::bigint[])
     ON CONFLICT (episode_id) DO UPDATE SET incident_id = excluded.incident_id`,
    [moves.map(([episode]) => episode), moves.map(([, incident]) => incident)],
  )
}

/** Gives incidents titles, but where a person has written one. */
export async function retitle(
  client: pg.ClientBase,
  titles: readonly (readonly [incident: string, title: string])[],
): Promise<void> {
  await client.query(
    `UPDATE alert_incidents AS incident SET title = given.title
     FROM unnest($1::bigint[], $2::text[]) AS given (id, title)
     WHERE incident.id = given.id AND titled_by IS NULL AND incident.title <> given.title`,
    [titles.map(([incident]) => incident), titles.map(([, title]) => title)],
  )
}

/** The title that the episodes of an incident give it. */
export function titleOfMembers(
  members: readonly StoredMember[],
  kpis: Parameters<typeof titleOf>[1],
): string {
  return titleOf(
    members.toSorted((a, b) => a.startsAt - b.startsAt),
    kpis,
  )
}

function memberOf(row: MemberRow): StoredMember {
  const { id, cluster, service, alert, kpi, alertname, severity, starts_at, ends_at, isMergedAway } = row
  return {
    ...{ id, alert, kpi, alertname, severity, isMergedAway },
    service,
    owner: JSON.stringify([cluster, service]),
    startsAt: starts_at.getTime(),
    endsAt: ends_at?.getTime(),
    incident: row.incident ?? undefined,
    isPinned: row.is_pinned,
  }
}
