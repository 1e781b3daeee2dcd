import { names } from '@mnemoscope/kpi'
import type pg from 'pg'
import { storableName } from '../database/text.js'
import type { ClosedHow, Episode, Transition } from './episode.js'

/** An alert, and the time from which its episodes are wanted. */
export type AlertTime = Pick<Episode, 'cluster' | 'fingerprint' | 'startsAt'>

interface EpisodeRow {
  readonly id: string
  readonly cluster: string
  readonly fingerprint: string
  readonly labels: Record<string, string>
  readonly annotations: Record<string, string>
  readonly starts_at: Date
  readonly ends_at: Date | null
  readonly closed_how: ClosedHow | null
  readonly last_firing_at: Date | null
  readonly value: number | null
  readonly newest_value: number | null
  readonly peak_value: number | null
  readonly threshold: number | null
}

const columns =
  'id, cluster, fingerprint, labels, annotations, starts_at, ends_at, closed_how, last_firing_at, value, newest_value, peak_value, threshold'

/** Episodes of these alerts that are open or end at or after the time given with each. */
export async function loadEpisodes(
  client: pg.ClientBase | pg.Pool,
  alerts: readonly AlertTime[],
): Promise<Episode[]> {
  const earliest = new Map<string, AlertTime>()
  for (const alert of alerts) {
    const key = `${alert.cluster} ${alert.fingerprint}`
    const known = earliest.get(key)
    if (known === undefined || alert.startsAt < known.startsAt) earliest.set(key, alert)
  }
  const wanted = [...earliest.values()]
  const { rows } = await client.query<EpisodeRow>(
    `SELECT ${columns} FROM alert_episodes
     JOIN unnest($1::text[], $2::text[], $3::timestamptz[]) AS wanted (cluster, fingerprint, since)
       USING (cluster, fingerprint)
     WHERE ends_at IS NULL OR ends_at >= since
     ORDER BY starts_at`,
    [
      wanted.map(({ cluster }) => cluster),
      wanted.map(({ fingerprint }) => fingerprint),
      wanted.map(({ startsAt }) => new Date(startsAt)),
    ],
  )
  return rows.map(episodeOf)
}

/** Every open episode of a cluster. */
export async function loadOpenEpisodes(pool: pg.Pool, cluster: string): Promise<Episode[]> {
  const { rows } = await pool.query<EpisodeRow>(
    `SELECT ${columns} FROM alert_episodes WHERE ends_at IS NULL AND cluster = $1`,
    [cluster],
  )
  return rows.map(episodeOf)
}

/** Writes what can change of episodes that are stored. */
export async function updateEpisodes(client: pg.ClientBase, episodes: readonly Episode[]): Promise<void> {
  if (episodes.length === 0) return
  await client.query(
    `WITH given AS (SELECT * FROM jsonb_to_recordset($1::jsonb) AS given (${recordType})), moved AS (
       INSERT INTO alert_episodes_to_group (episode_id)
       SELECT id FROM alert_episodes JOIN given USING (id)
       WHERE alert_episodes.starts_at <> given.starts_at
         OR alert_episodes.ends_at IS DISTINCT FROM given.ends_at
     )
     UPDATE alert_episodes SET
       starts_at = given.starts_at,
       closed_at = CASE WHEN given.ends_at IS NULL THEN NULL ELSE coalesce(alert_episodes.closed_at, now()) END,
       ends_at = given.ends_at,
       closed_how = given.closed_how,
       last_firing_at = given.last_firing_at,
       value = given.value,
       newest_value = given.newest_value,
       peak_value = given.peak_value,
       threshold = given.threshold,
       summary = given.summary,
       annotations = given.annotations
     FROM given
     WHERE alert_episodes.id = given.id`,
    [JSON.stringify(episodes.map(rowOf))],
  )
}

/** Stores new episodes. @returns their ids, in the order given */
export async function insertEpisodes(client: pg.ClientBase, episodes: readonly Episode[]): Promise<string[]> {
  if (episodes.length === 0) return []
  const { rows } = await client.query<{ id: string; cluster: string; fingerprint: string; starts_at: Date }>(
    `WITH stored AS (
     INSERT INTO alert_episodes (cluster, fingerprint, alertname, severity, kpi, service, model, context_size,
       operation, starts_at, ends_at, closed_at, closed_how, last_firing_at, value, newest_value, peak_value, threshold, summary, labels,
       annotations)
     SELECT cluster, fingerprint, alertname, severity, kpi, service, model, context_size,
       operation, starts_at, ends_at, CASE WHEN ends_at IS NOT NULL THEN now() END, closed_how, last_firing_at, value,
       newest_value, peak_value, threshold, summary, labels, annotations
     FROM jsonb_to_recordset($1::jsonb) AS given (${recordType})
     RETURNING id, cluster, fingerprint, starts_at
     ), to_group AS (INSERT INTO alert_episodes_to_group (episode_id) SELECT id FROM stored)
     SELECT * FROM stored`,
    [JSON.stringify(episodes.map(rowOf))],
  )
  const ids = new Map(
    rows.map((row) => [`${row.cluster} ${row.fingerprint} ${row.starts_at.getTime()}`, row.id]),
  )
  return episodes.map(
    ({ cluster, fingerprint, startsAt }) => ids.get(`${cluster} ${fingerprint} ${startsAt}`) as string,
  )
}

/** Stores transitions, each with the id of its episode, and a delivery of each to every handler. */
export async function insertTransitions(
  client: pg.ClientBase,
  transitions: readonly (Omit<Transition, 'kind' | 'via'> & {
    readonly kind: Transition['kind'] | 'storm'
    readonly via: Transition['via'] | 'recorder'
    readonly episodeId: string
  })[],
  handlers: readonly string[],
): Promise<void> {
  if (transitions.length === 0) return
  await client.query(
    `WITH stored AS (
       INSERT INTO alert_transitions (episode_id, kind, at, via, detail)
       SELECT * FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::text[], $5::jsonb[])
       RETURNING id, episode_id
     )
     INSERT INTO deliveries (handler, episode_id, transition_id)
     SELECT handler, episode_id, id FROM stored CROSS JOIN unnest($6::text[]) AS handler ORDER BY id`,
    [
      transitions.map(({ episodeId }) => episodeId),
      transitions.map(({ kind }) => kind),
      transitions.map(({ at }) => new Date(at)),
      transitions.map(({ via }) => via),
      transitions.map(({ detail }) => JSON.stringify(detail)),
      handlers,
    ],
  )
}

const recordType = `id bigint, cluster text, fingerprint text, alertname text, severity text, kpi text, service text,
  model text, context_size text, operation text, starts_at timestamptz, ends_at timestamptz, closed_how text,
  last_firing_at timestamptz, value float8, newest_value float8, peak_value float8, threshold float8, summary text, labels jsonb,
  annotations jsonb`

function rowOf(episode: Episode) {
  const { labels, annotations } = episode
  const { alertname = '' } = labels
  return {
    id: episode.id ?? null,
    cluster: episode.cluster,
    fingerprint: episode.fingerprint,
    alertname,
    severity: labels[names.label.severity] ?? null,
    kpi: labels[names.label.kpi] ?? null,
    // Stored as in snapshots and measurements, so that an alert can be joined with them.
    service: nameOrNull(labels[names.label.job]),
    model: nameOrNull(labels[names.label.model]),
    context_size: nameOrNull(labels[names.label.contextSize]),
    operation: operationOf(labels),
    starts_at: new Date(episode.startsAt),
    ends_at: dateOrNull(episode.endsAt),
    closed_how: episode.closedHow ?? null,
    last_firing_at: dateOrNull(episode.lastFiringAt),
    value: episode.value ?? null,
    newest_value: episode.newestValue ?? null,
    peak_value: episode.peakValue ?? null,
    threshold: episode.threshold ?? null,
    summary: annotations.summary ?? alertname,
    labels,
    annotations,
  }
}

function episodeOf(row: EpisodeRow): Episode {
  return {
    id: row.id,
    cluster: row.cluster,
    fingerprint: row.fingerprint,
    labels: row.labels,
    annotations: row.annotations,
    startsAt: row.starts_at.getTime(),
    endsAt: row.ends_at?.getTime(),
    closedHow: row.closed_how ?? undefined,
    lastFiringAt: row.last_firing_at?.getTime(),
    value: row.value ?? undefined,
    newestValue: row.newest_value ?? undefined,
    peakValue: row.peak_value ?? undefined,
    threshold: row.threshold ?? undefined,
  }
}

function nameOrNull(name: string | undefined): string | null {
  return name === undefined ? null : storableName(name)
}

/** As snapshots have it: empty where the metric has no operation. Null for an alert that concerns no single place. */
function operationOf(labels: Episode['labels']): string | null {
  const { model, operation } = names.label
  return labels[model] === undefined ? nameOrNull(labels[operation]) : storableName(labels[operation] ?? '')
}

function dateOrNull(time: number | undefined): Date | null {
  return time === undefined ? null : new Date(time)
}

/** Number of open episodes by severity, over all clusters. */
export async function countOpenEpisodes(pool: pg.Pool): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ severity: string; count: number }>(
    `SELECT coalesce(severity, '') AS severity, count(*)::float8 AS count FROM alert_episodes
     WHERE ends_at IS NULL GROUP BY 1`,
  )
  return Object.fromEntries(rows.map(({ severity, count }) => [severity, count]))
}
