import type { AlertEpisode, Config } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'
import type { StoredDeployment } from '../deployments/store.js'
import { kpisAround, movedKpis } from '../episodes/before.js'
import { episodeAnswer, episodesById } from '../episodes/find.js'
import type { DataOf } from '../http/route.js'
import { type Incident, incidentAnswer, incidentById, standing } from './find.js'
import { notificationsOf, notifiedOf } from './notification.js'
import {
  type Acknowledged,
  type Action,
  fitting,
  type Happened,
  type Moved,
  timelineItem,
  timelineOf,
} from './timeline.js'

const mostEpisodes = 200
const mostItems = 500
/** As before an alert: an older change is rarely the cause. */
const changesWithin = '6 hours'
/** Places whose KPIs are looked at: those of the first alerts. */
const mostPlaces = 8

/** An incident with its alerts and its timeline. */
export const incidentDetailAnswer = incidentAnswer.extend({
  was_notified: z
    .boolean()
    .nullable()
    .describe('Whether a notification of one of its alerts was delivered; null where that is not known.'),
  notified_at: z
    .number()
    .nullable()
    .describe('When the first was delivered, Unix seconds; null without one.'),
  merged: z.array(z.number().int()).describe('Incidents that became part of it.'),
  episodes: z
    .array(episodeAnswer)
    .describe(
      `Its alerts, oldest first; at most ${mostEpisodes}: those that fire before others, then the first ones.`,
    ),
  timeline: z
    .array(timelineItem)
    .describe(
      'What happened, oldest first: alerts and their notifications, KPIs that left their range, changes by people since six ' +
        `hours before, and what was said and done. At most ${mostItems}: of many alerts and notifications, the first ones.`,
    ),
  left_out: z.number().int().describe('How many entries of the timeline are left out.'),
})
export type IncidentDetail = DataOf<typeof incidentDetailAnswer>

/**
 * All that is known of an incident, or of the one that it became part of.
 * @returns undefined where there is no such incident
 */
export async function incidentDetail(
  pool: pg.Pool,
  id: string,
  kpis: Config['kpis'],
): Promise<IncidentDetail | undefined> {
  const own = await standing(pool, id)
  const incident = own === undefined ? undefined : await incidentById(pool, own)
  if (own === undefined || incident === undefined) return undefined
  const [episodes, told, notified, merged, acknowledgements, actions, deployments, configChanges] =
    await Promise.all([
      episodesOf(pool, own),
      notificationsOf(pool, own, mostItems),
      notifiedOf(pool, own),
      mergedInto(pool, own),
      acknowledgementsOf(pool, own),
      actionsOf(pool, own),
      deploymentsAround(pool, incident),
      configChangesAround(pool, incident),
    ])
  const moved = await movedIn(pool, episodes)
  const { notifications } = told
  const timeline = timelineOf(
    {
      incident: incident.id,
      episodes,
      notifications,
      acknowledgements,
      actions,
      deployments,
      configChanges,
      moved,
    },
    kpis,
  )
  const shown = fitting(timeline, mostItems)
  return {
    ...incident,
    ...notified,
    merged,
    episodes,
    timeline: shown,
    left_out:
      alertEntries(incident) -
      alertEntriesOf(episodes) +
      told.total -
      notifications.length +
      timeline.length -
      shown.length,
  }
}

/** How many entries its alerts make: each begins, and those that are over end. */
function alertEntries({ alerts, open_alerts }: Pick<Incident, 'alerts' | 'open_alerts'>): number {
  return 2 * alerts - open_alerts
}

function alertEntriesOf(episodes: readonly AlertEpisode[]): number {
  const open = episodes.filter(({ ends_at }) => ends_at === null).length
  return alertEntries({ alerts: episodes.length, open_alerts: open })
}

/** Those that fire, and then the first ones of the others. */
async function episodesOf(pool: pg.Pool, id: string): Promise<AlertEpisode[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT alert_episodes.id FROM alert_incident_episodes JOIN alert_episodes ON alert_episodes.id = episode_id
     WHERE incident_id = $1 AND (closed_how IS DISTINCT FROM 'superseded' OR ends_at > starts_at)
     ORDER BY ends_at IS NULL DESC, starts_at, alert_episodes.id LIMIT ${mostEpisodes}`,
    [id],
  )
  const found = await episodesById(
    pool,
    rows.map((row) => row.id),
  )
  return found.toSorted((a, b) => a.timestamp - b.timestamp || a.id - b.id)
}

async function mergedInto(pool: pg.Pool, id: string): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>(
    'SELECT id::float8 AS id FROM alert_incidents WHERE into_id = $1 ORDER BY id',
    [id],
  )
  return rows.map((row) => row.id)
}

async function acknowledgementsOf(pool: pg.Pool, id: string): Promise<Acknowledged[]> {
  const { rows } = await pool.query<Acknowledged>(
    `SELECT by, comment, extract(epoch FROM at)::float8 AS at
     FROM alert_incident_episodes JOIN alert_acknowledgements USING (episode_id)
     WHERE incident_id = $1 GROUP BY by, comment, at ORDER BY alert_acknowledgements.at DESC LIMIT ${mostItems}`,
    [id],
  )
  return rows
}

/** What was done with it, and with those that became part of it. */
async function actionsOf(pool: pg.Pool, id: string): Promise<Action[]> {
  const { rows } = await pool.query<Action>(
    `SELECT kind, incident_id::float8 AS incident_id, by, comment, extract(epoch FROM at)::float8 AS at,
       other_id::float8 AS other_id, coalesce(cardinality(episode_ids), 0) AS episodes
     FROM alert_incident_actions
     WHERE incident_id IN (SELECT incident.id FROM alert_incidents AS incident WHERE incident.id = $1 OR into_id = $1)
       OR (kind = 'split' AND other_id = $1)
     ORDER BY id DESC LIMIT ${mostItems}`,
    [id],
  )
  return rows.toReversed()
}

async function deploymentsAround(
  pool: pg.Pool,
  { starts_at, ends_at, services }: Incident,
): Promise<StoredDeployment[]> {
  const { rows } = await pool.query<StoredDeployment>(
    `SELECT id::float8 AS id, extract(epoch FROM at)::float8 AS at, service, version, previous_version, source, by
     FROM deployments
     WHERE at >= to_timestamp($1) - interval '${changesWithin}' AND at <= coalesce(to_timestamp($2), now())
       AND (cardinality($3::text[]) = 0 OR service = ANY($3)) AND (previous_version IS NOT NULL OR source = 'api')
     ORDER BY deployments.at, deployments.id LIMIT ${mostItems}`,
    [starts_at, ends_at, services],
  )
  return rows
}

async function configChangesAround(
  pool: pg.Pool,
  { starts_at, ends_at }: Incident,
): Promise<Happened['configChanges']> {
  const { rows } = await pool.query<Happened['configChanges'][number]>(
    `SELECT extract(epoch FROM at)::float8 AS at, by, summary FROM config_changes
     WHERE at >= to_timestamp($1) - interval '${changesWithin}' AND at <= coalesce(to_timestamp($2), now())
       AND previous_sha256 IS NOT NULL
     ORDER BY config_changes.at, id LIMIT ${mostItems}`,
    [starts_at, ends_at],
  )
  return rows
}

/** KPIs that left their range, of each place when its first alert began. */
async function movedIn(pool: pg.Pool, episodes: readonly AlertEpisode[]): Promise<Moved[]> {
  const firsts = new Map<string, AlertEpisode>()
  for (const episode of episodes) {
    const { service, model, context_size, operation } = episode
    const place = JSON.stringify([service, model, context_size, operation])
    if (model !== null && !firsts.has(place)) firsts.set(place, episode)
  }
  return Promise.all(
    [...firsts.values()].slice(0, mostPlaces).map(async (episode) => ({
      at: episode.timestamp,
      place: episode,
      kpis: movedKpis(await kpisAround(pool, String(episode.id))),
    })),
  )
}
