import type pg from 'pg'
import { lockTexts } from '../database/locks.js'
import { inTransaction } from '../database/pool.js'
import type { Episode, Transition } from './episode.js'
import { advance, type EpisodeChange } from './episode-changes.js'
import {
  type AlertTime,
  insertEpisodes,
  insertTransitions,
  loadEpisodes,
  updateEpisodes,
} from './episode-table.js'
import type { Observation } from './observation.js'

/** An episode to be stored, with its changes. */
interface Draft {
  episode: Episode
  isChanged: boolean
  readonly transitions: Transition[]
}

/** Where episodes are stored, and the handlers to which their changes are delivered. */
export interface HistoryStore {
  readonly pool: pg.Pool
  /** Names of the handlers that every transition is to be delivered to. */
  readonly handlers: readonly string[]
}

/** Drafts by alert: no alert's episodes depend on another's. */
type Drafts = Map<string, Draft[]>

/**
 * Stores observations as episodes, in one transaction: all of them are stored when it returns, none when it
 * throws. Writers of the same alert take turns, so several recorders and Alertmanagers at once give the same episodes.
 * @returns every transition that was stored
 */
export function storeObservations(
  store: HistoryStore,
  observations: readonly Observation[],
): Promise<Transition[]> {
  return changeHistory(store, observations, (drafts) => {
    for (const observation of observations) {
      const own = drafts.get(keyOf(observation)) ?? []
      const episodes = own.map(({ episode }) => episode).sort((a, b) => a.startsAt - b.startsAt)
      for (const step of advance(episodes, observation)) take(drafts, step)
    }
  })
}

/**
 * Ends those of the given open episodes for which `close` returns a change. It gets the episodes as they are
 * in the database at that time; episodes that ended in the meantime stay as they are.
 */
export function closeEpisodes(
  store: HistoryStore,
  open: readonly Episode[],
  close: (episode: Episode) => EpisodeChange | undefined,
): Promise<Transition[]> {
  return changeHistory(store, open, (drafts) => {
    for (const { episode } of [...drafts.values()].flat()) {
      const step = episode.endsAt === undefined ? close(episode) : undefined
      if (step !== undefined) take(drafts, step)
    }
  })
}

async function changeHistory(
  { pool, handlers }: HistoryStore,
  alerts: readonly AlertTime[],
  change: (drafts: Drafts) => void,
): Promise<Transition[]> {
  if (alerts.length === 0) return []
  return inTransaction(pool, async (client) => {
    await lockTexts(client, 'histories', alerts.map(keyOf))
    const drafts: Drafts = new Map()
    for (const episode of await loadEpisodes(client, alerts)) {
      draftsOf(drafts, episode).push({ episode, isChanged: false, transitions: [] })
    }
    change(drafts)
    return save(client, [...drafts.values()].flat(), handlers)
  })
}

/** Ends before it opens: of each alert at most one episode is open at any moment. */
async function save(
  client: pg.PoolClient,
  drafts: readonly Draft[],
  handlers: readonly string[],
): Promise<Transition[]> {
  const changed = drafts.filter(({ isChanged }) => isChanged)
  const known = changed.filter(({ episode }) => episode.id !== undefined)
  const fresh = changed.filter(({ episode }) => episode.id === undefined)
  const stored = known.map(({ episode }) => episode)
  for (const isOpen of [false, true]) {
    await updateEpisodes(
      client,
      stored.filter(({ endsAt }) => (endsAt === undefined) === isOpen),
    )
  }
  const ids = await insertEpisodes(
    client,
    fresh.map(({ episode }) => episode),
  )
  const withIds = [
    ...known.map(({ episode, transitions }) => ({ episodeId: episode.id as string, transitions })),
    ...fresh.map(({ transitions }, i) => ({ episodeId: ids[i] as string, transitions })),
  ]
  const transitions = withIds.flatMap((draft) =>
    draft.transitions.map((transition) => ({ ...transition, episodeId: draft.episodeId })),
  )
  await insertTransitions(client, transitions, handlers)
  return transitions
}

function take(drafts: Drafts, { before, after, transition }: EpisodeChange): void {
  const own = draftsOf(drafts, after)
  let draft = before === undefined ? undefined : own.find(({ episode }) => episode === before)
  if (draft === undefined) {
    draft = { episode: after, isChanged: true, transitions: [] }
    own.push(draft)
  }
  draft.episode = after
  draft.isChanged = true
  if (transition !== undefined) draft.transitions.push(transition)
}

function draftsOf(drafts: Drafts, episode: Episode): Draft[] {
  const key = keyOf(episode)
  const own = drafts.get(key) ?? []
  drafts.set(key, own)
  return own
}

function keyOf({ cluster, fingerprint }: Pick<Episode, 'cluster' | 'fingerprint'>): string {
  return `${fingerprint} ${cluster}`
}
