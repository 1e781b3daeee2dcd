import type pg from 'pg'
import { storableText } from '../database/text.js'
import type { Silence } from '../prometheus/alertmanager.js'
import type { Sample } from './evidence.js'
import { mostTold, type Outcome, type Told } from './told.js'

/** An episode whose notifications are looked at. */
export interface Watched {
  readonly id: string
  readonly alertname: string
  readonly fingerprint: string
  readonly severity: string | null
  /** The service it is about. */
  readonly service: string | null
  /** Null for an alert of the pipeline. */
  readonly kpi: string | null
  /** Unix ms. */
  readonly startsAt: number
  readonly isOpen: boolean
  /** Whether people were notified of an episode of the same alert that ended just before it began. */
  readonly isAgain: boolean
  /** Oldest first. */
  readonly known: readonly Told[]
}

interface ToldRow {
  readonly episode_id: string
  readonly at: Date
  readonly receiver: string | null
  readonly integration: string | null
  readonly outcome: Outcome
  readonly reason: string | null
  readonly silences: Silence[]
  readonly inhibited_by: string[]
  readonly mute_times: string[]
  readonly due_at: Date | null
}

/** How something was learned. */
export type Via = 'api' | 'metrics' | 'events'

/** What is told of an episode that is to be stored. */
export interface NewTold extends Told {
  readonly episodeId: string
  readonly via: Via
}

/** Time in which a recorder that was away learns that it cannot know any more. */
const afterEnd = '1 day'

/** Alertmanager sends nothing new of an alert that ends and begins again between two messages of its group. */
const againWithin = '15 minutes'

/** Episodes of a cluster that are open, and those that ended while a notification was on its way. */
export async function loadWatched(pool: pg.Pool, cluster: string): Promise<Watched[]> {
  const { rows } = await pool.query<Omit<Watched, 'startsAt' | 'known'> & { starts_at: Date }>(
    `SELECT id, alertname, fingerprint, severity, service, kpi, starts_at,
       ends_at IS NULL AS "isOpen",
       EXISTS (
         SELECT FROM alert_episodes AS before JOIN alert_notifications ON episode_id = before.id AND outcome = 'success'
         WHERE before.cluster = $1 AND before.fingerprint = episode.fingerprint AND before.starts_at < episode.starts_at
           AND before.ends_at > episode.starts_at - interval '${againWithin}'
       ) AS "isAgain"
     FROM alert_episodes AS episode
     WHERE cluster = $1 AND (ends_at IS NULL OR ends_at > now() - interval '${afterEnd}' AND EXISTS (
       SELECT FROM alert_notifications AS routed WHERE episode_id = episode.id AND outcome = 'routed' AND NOT EXISTS (
         SELECT FROM alert_notifications AS later WHERE later.episode_id = episode.id AND later.id > routed.id
           AND later.receiver = routed.receiver AND later.integration IS NOT DISTINCT FROM routed.integration)))`,
    [cluster],
  )
  const told = await loadTold(
    pool,
    rows.map(({ id }) => id),
  )
  return rows.map(({ starts_at, ...episode }) => ({
    ...episode,
    startsAt: starts_at.getTime(),
    known: told.get(episode.id) ?? [],
  }))
}

/** What is told of each of these episodes, oldest first. */
export async function loadTold(pool: pg.Pool, ids: readonly string[]): Promise<Map<string, Told[]>> {
  const { rows } = await pool.query<ToldRow>(
    `SELECT episode_id, at, receiver, integration, outcome, reason, silences, inhibited_by, mute_times, due_at
     FROM alert_notifications WHERE episode_id = ANY($1::bigint[]) ORDER BY id`,
    [ids],
  )
  const told = new Map<string, Told[]>()
  for (const row of rows) {
    const own = told.get(row.episode_id) ?? []
    told.set(row.episode_id, own)
    const { receiver, integration, outcome, reason, silences, inhibited_by, mute_times } = row
    own.push({
      ...{ receiver, integration, outcome, reason, silences, at: row.at.getTime() },
      ...{ inhibitedBy: inhibited_by, muteTimes: mute_times, dueAt: row.due_at?.getTime() ?? null },
    })
  }
  return told
}

/** Adds what is new; what is stored already is left out. */
export async function addTold(pool: pg.Pool, told: readonly NewTold[]): Promise<void> {
  if (told.length === 0) return
  await pool.query(
    `INSERT INTO alert_notifications
       (episode_id, at, receiver, integration, outcome, reason, silences, inhibited_by, mute_times, due_at, via)
     SELECT given.episode_id, given.at, given.receiver, given.integration, given.outcome, given.reason, given.silences,
       given.inhibited_by, given.mute_times, given.due_at, given.via
     FROM jsonb_to_recordset($1::jsonb) AS given (episode_id bigint, at timestamptz, receiver text, integration text,
       outcome text, reason text, silences jsonb, inhibited_by text[], mute_times text[], due_at timestamptz, via text)
       JOIN alert_episodes ON alert_episodes.id = given.episode_id
     ON CONFLICT DO NOTHING`,
    [storableText(JSON.stringify(told.map(rowOf)))],
  )
}

function rowOf({ episodeId, at, receiver, integration, outcome, reason, dueAt, via, ...why }: NewTold) {
  return {
    ...{ episode_id: episodeId, at: new Date(at), receiver, integration, outcome, reason, via },
    silences: why.silences,
    inhibited_by: why.inhibitedBy,
    mute_times: why.muteTimes,
    due_at: dueAt === null ? null : new Date(dueAt),
  }
}

/** A delivered notification of an alert. */
export interface Delivery {
  readonly fingerprint: string
  /** Unix ms. */
  readonly at: number
  readonly receiver: string
  readonly integration: string
}

/** Every message of a group repeats each alert in it: after so many of a receiver, one a day is stored. */
export const mostRepeated = 20

/**
 * Adds what Alertmanager itself recorded as delivered, to the episode that was open at that time.
 * @returns how many there were
 */
export async function addDelivered(
  pool: pg.Pool,
  cluster: string,
  delivered: readonly Delivery[],
): Promise<number> {
  if (delivered.length === 0) return 0
  const { rowCount } = await pool.query(
    `INSERT INTO alert_notifications (episode_id, at, receiver, integration, outcome, via)
     SELECT episode.id, given.at, given.receiver, given.integration, 'success', 'events'
     FROM jsonb_to_recordset($2::jsonb) AS given (fingerprint text, at timestamptz, receiver text, integration text),
       LATERAL (
         SELECT id FROM alert_episodes
         WHERE cluster = $1 AND fingerprint = given.fingerprint AND (ends_at IS NULL OR ends_at > given.at)
         ORDER BY starts_at LIMIT 1
       ) AS episode,
       LATERAL (
         SELECT count(*) AS rows, count(*) FILTER (WHERE is_same) AS same, max(at) FILTER (WHERE is_same) AS newest
         FROM (
           SELECT at, outcome = 'success' AND receiver = given.receiver AND integration = given.integration AS is_same
           FROM alert_notifications WHERE episode_id = episode.id
         ) AS told
       ) AS known
     WHERE known.same = 0
       OR known.rows < $3 AND (known.same < ${mostRepeated} OR known.newest <= given.at - interval '1 day')
     ON CONFLICT DO NOTHING`,
    [
      cluster,
      storableText(
        JSON.stringify(
          delivered.map(({ fingerprint, at, receiver, integration }) => ({
            ...{ fingerprint, receiver, integration },
            at: new Date(at),
          })),
        ),
      ),
      mostTold,
    ],
  )
  return rowCount ?? 0
}

/** Counts are kept for so long: what takes longer to be sent is not known. */
const keptFor = '1 hour'

export async function addSamples(pool: pg.Pool, samples: readonly Sample[]): Promise<void> {
  for (const { alertmanager, at, startedAt, counts, members, own } of samples) {
    await pool.query(
      `INSERT INTO alertmanager_counts (alertmanager, at, started_at, counts, members, own) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT DO NOTHING`,
      [
        alertmanager,
        new Date(at),
        startedAt,
        storableText(JSON.stringify(counts)),
        members,
        JSON.stringify(own),
      ],
    )
  }
  await pool.query(`DELETE FROM alertmanager_counts WHERE at < now() - interval '${keptFor}'`)
}

/** Every sample of these Alertmanagers, oldest first. */
export async function loadSamples(pool: pg.Pool, alertmanagers: readonly string[]): Promise<Sample[]> {
  const { rows } = await pool.query<{
    alertmanager: string
    at: Date
    started_at: number
    counts: Sample['counts']
    members: number | null
    own: Sample['own']
  }>(
    `SELECT alertmanager, at, started_at, counts, members, own FROM alertmanager_counts
     WHERE alertmanager = ANY($1) ORDER BY at`,
    [alertmanagers],
  )
  return rows.map(({ started_at, at, ...sample }) => ({
    ...sample,
    at: at.getTime(),
    startedAt: started_at,
  }))
}
