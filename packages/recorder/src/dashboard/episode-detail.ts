import type { Acknowledgement } from '@mnemoscope/kpi'
import type pg from 'pg'
import { type Before, changedBefore } from './before.js'

/** A change of an episode. Times are Unix seconds. */
export interface EpisodeTransition {
  readonly kind: string
  readonly at: number
  readonly via: string
  readonly recorded_at: number
  readonly detail: Readonly<Record<string, unknown>>
}

/** What there is to know of one episode beside its row. */
export interface EpisodeDetail {
  readonly id: number
  /** In the order in which they were learned. */
  readonly transitions: readonly EpisodeTransition[]
  /** Oldest first. */
  readonly acknowledgements: readonly Acknowledgement[]
  readonly before: Before
}

/** Details of an episode; undefined where there is none with this id. */
export async function episodeDetail(
  pool: pg.Pool,
  id: string,
  intervalSeconds: number,
): Promise<EpisodeDetail | undefined> {
  const [found, transitions, acknowledgements, before] = await Promise.all([
    pool.query<{ id: number }>('SELECT id::float8 AS id FROM alert_episodes WHERE id = $1', [id]),
    pool.query<EpisodeTransition>(
      `SELECT kind, extract(epoch FROM at)::float8 AS at, via, extract(epoch FROM recorded_at)::float8 AS recorded_at,
         detail
       FROM alert_transitions WHERE episode_id = $1 ORDER BY id`,
      [id],
    ),
    pool.query<Acknowledgement>(
      `SELECT by, comment, extract(epoch FROM at)::float8 AS at FROM alert_acknowledgements
       WHERE episode_id = $1 ORDER BY id`,
      [id],
    ),
    changedBefore(pool, id, intervalSeconds),
  ])
  const [episode] = found.rows
  return (
    episode && { ...episode, transitions: transitions.rows, acknowledgements: acknowledgements.rows, before }
  )
}
