import { type Config, durationSeconds } from '@mnemoscope/kpi'
import type pg from 'pg'
import { lock } from '../database/locks.js'
import { inTransaction } from '../database/pool.js'
import { type Loop, startLoop } from '../loop.js'
import type { Work } from '../work.js'
import { groupsOf, keepIncidents } from './grouping.js'
import {
  absorb,
  insertIncidents,
  loadAround,
  putInto,
  retitle,
  type StoredMember,
  titleOfMembers,
} from './table.js'

const everyMs = 2_000

/** Changes of episodes that are taken up in one transaction. */
const batchSize = 500

/** Puts each new episode into its incident, every few seconds. */
export function startIncidents({ pool, config, logger }: Work): Loop {
  let isFirst = true
  return startLoop({
    next: (now) => now + everyMs,
    run: async () => {
      if (isFirst) await wantUngrouped(pool)
      isFirst = false
      while ((await groupEpisodes(pool, config)) === batchSize);
    },
    onError: (err) => logger.error({ err }, 'alerts were not put into incidents'),
  })
}

/** Episodes that were stored by other means, such as from a copy of the table. */
async function wantUngrouped(pool: pg.Pool): Promise<void> {
  await pool.query(
    `INSERT INTO alert_episodes_to_group (episode_id)
     SELECT id FROM alert_episodes
     WHERE NOT EXISTS (SELECT FROM alert_incident_episodes WHERE episode_id = alert_episodes.id)
       AND NOT EXISTS (SELECT FROM alert_episodes_to_group WHERE episode_id = alert_episodes.id)`,
  )
}

/**
 * Finds the incidents of episodes that began or changed since the last time. Any number of recorders may do it, in turn: the
 * result is that of one.
 * @returns how many changes it took up; there may be more if these are as many as it takes at a time
 */
export function groupEpisodes(pool: pg.Pool, config: Pick<Config, 'incidents' | 'kpis'>): Promise<number> {
  const withinMs = 1_000 * durationSeconds(config.incidents.within)
  return inTransaction(pool, async (client) => {
    await lock(client, 'incidents')
    const { rows: changes } = await client.query<{ id: string; episode_id: string }>(
      'SELECT id, episode_id FROM alert_episodes_to_group ORDER BY id LIMIT $1',
      [batchSize],
    )
    if (changes.length === 0) return 0
    const episodeIds = [...new Set(changes.map(({ episode_id }) => episode_id))]
    await regroup(client, await loadAll(client, episodeIds, withinMs), withinMs, config.kpis)
    await client.query('DELETE FROM alert_episodes_to_group WHERE id = ANY($1::bigint[])', [
      changes.map(({ id }) => id),
    ])
    return changes.length
  })
}

/** All that the result depends on: where people have put episodes, what is linked with those beside them too. */
async function loadAll(
  client: pg.ClientBase,
  episodeIds: readonly string[],
  withinMs: number,
): Promise<StoredMember[]> {
  let found = await loadAround(client, episodeIds, withinMs)
  for (let before = 0; before < found.length && found.some(({ isPinned }) => isPinned); ) {
    before = found.length
    const free = found.filter(({ isPinned }) => !isPinned).map(({ id }) => id)
    found = await loadAround(client, [...new Set([...episodeIds, ...free])], withinMs)
  }
  return found
}

async function regroup(
  client: pg.ClientBase,
  members: readonly StoredMember[],
  withinMs: number,
  kpis: Config['kpis'],
): Promise<void> {
  const known = new Map(members.map((member) => [member.id, member]))
  const stored = new Map(
    members.flatMap(({ id, incident }) => (incident === undefined ? [] : [[id, incident]])),
  )
  const pins = new Map(
    members.flatMap(({ id, incident, isPinned }) =>
      isPinned && incident !== undefined ? [[id, incident]] : [],
    ),
  )
  const { kept, absorbed } = keepIncidents(groupsOf(members, pins, withinMs), stored)
  const titled = kept.map(({ group, incident }) => ({
    incident,
    own: group.members.map(({ id }) => known.get(id) as StoredMember),
  }))
  const titles = titled.map(({ own }) => titleOfMembers(own, kpis))
  const isNew = (index: number) => kept[index]?.incident === undefined
  const made = await insertIncidents(
    client,
    titles.filter((_, i) => isNew(i)),
  )
  let next = 0
  const incidents = kept.map(({ incident }) => incident ?? (made[next++] as string))
  await putInto(
    client,
    titled.flatMap(({ own }, i) =>
      own
        .filter(({ incident }) => incident !== incidents[i])
        .map(({ id }) => [id, incidents[i] as string] as const),
    ),
  )
  await absorb(
    client,
    [...absorbed].map(([incident, index]) => [incident, incidents[index] as string]),
  )
  await retitle(
    client,
    titles.map((title, i) => [incidents[i] as string, title]),
  )
}
