import type { Config } from '@mnemoscope/kpi'
import type pg from 'pg'
import { lock } from '../database/locks.js'
import { inTransaction } from '../database/pool.js'
import { RequestError } from '../http/error.js'
import { standing } from './find.js'
import { insertIncidents, loadMembers, retitle, titleOfMembers } from './table.js'

/** Who does something, and what they say of it. */
export interface Said {
  readonly by: string
  readonly comment: string | null
}

/** Stores a comment. @returns the incident that stands for it now */
export async function comment(pool: pg.Pool, id: string, said: Said): Promise<string> {
  return change(pool, id, async (client, own) => {
    await act(client, { ...said, kind: 'comment', incident: own })
    return own
  })
}

/** Gives an incident a title, which stays whatever becomes of its alerts. @returns the incident that stands for it now */
export async function title(pool: pg.Pool, id: string, { by, comment: text }: Said & { comment: string }) {
  return change(pool, id, async (client, own) => {
    await client.query('UPDATE alert_incidents SET title = $2, titled_by = $3 WHERE id = $1', [own, text, by])
    await act(client, { by, comment: text, kind: 'title', incident: own })
    return own
  })
}

/** Acknowledges every alert of it that fires, or the newest where none does. @returns the incident that stands for it now */
export async function acknowledgeIncident(pool: pg.Pool, id: string, said: Said): Promise<string> {
  return change(pool, id, async (client, own) => {
    await client.query(
      `INSERT INTO alert_acknowledgements (episode_id, by, comment)
       SELECT episode.id, $2, $3 FROM (
         SELECT alert_episodes.id, ends_at,
           row_number() OVER (ORDER BY ends_at IS NULL DESC, starts_at DESC, alert_episodes.id DESC) AS number
         FROM alert_incident_episodes JOIN alert_episodes ON alert_episodes.id = episode_id
         WHERE incident_id = $1
       ) AS episode WHERE ends_at IS NULL OR number = 1`,
      [own, said.by, said.comment],
    )
    return own
  })
}

/**
 * Makes another incident part of this one. From then on, a person has put all episodes of both here, and no rule takes
 * them away.
 * @returns the incident that has them all
 * @throws RequestError 404 for an unknown incident; 400 for one that is to become part of itself
 */
export async function merge(
  pool: pg.Pool,
  { id, other }: { readonly id: string; readonly other: string },
  said: Said,
  kpis: Config['kpis'],
): Promise<string> {
  return change(pool, id, async (client, own) => {
    const merged = (await standing(client, other)) ?? refuseUnknown(other)
    if (merged === own) {
      throw new RequestError(400, `incident ${other} is part of ${own} already`, {
        value: other,
        expected: 'the id of another incident',
        next: 'Look at /api/incidents.',
      })
    }
    const { rows } = await client.query<{ episode_id: string }>(
      'SELECT episode_id FROM alert_incident_episodes WHERE incident_id = $1 ORDER BY episode_id',
      [merged],
    )
    await client.query(
      `UPDATE alert_incident_episodes SET incident_id = $1, by_person = true WHERE incident_id = ANY($2::bigint[])`,
      [own, [own, merged]],
    )
    await client.query('UPDATE alert_incidents SET into_id = $1 WHERE id = $2 OR into_id = $2', [own, merged])
    const episodes = rows.map(({ episode_id }) => episode_id)
    await act(client, { ...said, kind: 'merge', incident: own, other: merged, episodes })
    await titleAnew(client, [own], kpis)
    return own
  })
}

/**
 * Takes episodes out of an incident. An incident that was merged into it, and whose episodes these are, stands by itself
 * again; else they make a new one. From then on, a person has put all of them where they are, and no rule moves them.
 * @returns the incident that the episodes are in now
 * @throws RequestError 404 for an unknown incident; 400 for episodes that are not part of it, or are all of it
 */
export async function split(
  pool: pg.Pool,
  { id, episodes }: { readonly id: string; readonly episodes: readonly string[] },
  said: Said,
  kpis: Config['kpis'],
): Promise<string> {
  return change(pool, id, async (client, own) => {
    const members = await loadMembers(client, [own])
    const moved = withMergedAway(members, episodes)
    refuseOthers(own, members, episodes, moved)
    const part = (await mergedOnce(client, own, moved)) ?? (await insertIncidents(client, ['']))[0]
    await client.query('UPDATE alert_incidents SET into_id = NULL WHERE id = $1', [part])
    await client.query(
      `UPDATE alert_incident_episodes SET by_person = true,
         incident_id = CASE WHEN episode_id = ANY($2::bigint[]) THEN $3 ELSE incident_id END
       WHERE incident_id = $1`,
      [own, moved, part],
    )
    await act(client, { ...said, kind: 'split', incident: own, other: part, episodes: moved })
    await titleAnew(client, [own, part as string], kpis)
    return part as string
  })
}

/** With the episodes that proved to be a part of one of these. */
function withMergedAway(
  members: Awaited<ReturnType<typeof loadMembers>>,
  episodes: readonly string[],
): string[] {
  const given = members.filter(({ id }) => episodes.includes(id))
  const stays = members.filter(({ id, isMergedAway }) => !isMergedAway && !episodes.includes(id))
  const goes = (alert: string) =>
    given.some((each) => each.alert === alert) && !stays.some((each) => each.alert === alert)
  return members
    .filter(({ id, isMergedAway, alert }) => episodes.includes(id) || (isMergedAway && goes(alert)))
    .map(({ id }) => id)
}

function refuseOthers(
  id: string,
  members: Awaited<ReturnType<typeof loadMembers>>,
  episodes: readonly string[],
  moved: readonly string[],
): void {
  const isOwn = (episode: string) => members.some(({ id, isMergedAway }) => id === episode && !isMergedAway)
  const foreign = episodes.filter((episode) => !isOwn(episode))
  const isAll = !members.some((member) => !member.isMergedAway && !moved.includes(member.id))
  if (foreign.length === 0 && !isAll) return
  const wrong =
    foreign.length > 0 ? `incident ${id} has no alert ${foreign.join(', ')}` : `these are all alerts of ${id}`
  throw new RequestError(400, wrong, {
    value: episodes,
    expected: 'ids of some of its alerts, but not of all',
    next: `Look at /api/incidents/${id}.`,
  })
}

/** The incident that a merge brought here with exactly these episodes. */
async function mergedOnce(
  client: pg.ClientBase,
  own: string,
  episodes: readonly string[],
): Promise<string | undefined> {
  const { rows } = await client.query<{ other_id: string }>(
    `SELECT other_id FROM alert_incident_actions JOIN alert_incidents AS merged ON merged.id = other_id
     WHERE kind = 'merge' AND incident_id = $1 AND into_id = $1
       AND episode_ids @> $2::bigint[] AND episode_ids <@ $2::bigint[]
     ORDER BY alert_incident_actions.id DESC LIMIT 1`,
    [own, episodes],
  )
  return rows[0]?.other_id
}

async function titleAnew(
  client: pg.ClientBase,
  incidents: readonly string[],
  kpis: Config['kpis'],
): Promise<void> {
  const members = await loadMembers(client, incidents)
  await retitle(
    client,
    incidents.map((id) => [
      id,
      titleOfMembers(
        members.filter(({ incident }) => incident === id),
        kpis,
      ),
    ]),
  )
}

/** One person at a time, and no grouping meanwhile. */
function change(
  pool: pg.Pool,
  id: string,
  work: (client: pg.PoolClient, own: string) => Promise<string>,
): Promise<string> {
  return inTransaction(pool, async (client) => {
    await lock(client, 'incidents')
    return work(client, (await standing(client, id)) ?? refuseUnknown(id))
  })
}

interface Act extends Said {
  readonly kind: 'comment' | 'title' | 'merge' | 'split'
  readonly incident: string
  readonly other?: string | undefined
  readonly episodes?: readonly string[]
}

async function act(client: pg.ClientBase, { kind, incident, by, comment, other, episodes }: Act) {
  await client.query(
    `INSERT INTO alert_incident_actions (incident_id, kind, by, comment, other_id, episode_ids)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [incident, kind, by, comment, other ?? null, episodes ?? null],
  )
}

/** @throws RequestError 404, always */
export function refuseUnknown(id: string): never {
  throw new RequestError(404, `there is no incident ${id}`, {
    value: id,
    expected: 'the id of an incident, as /api/incidents has it',
    next: 'It may be older than the retention; look at /api/incidents.',
  })
}
