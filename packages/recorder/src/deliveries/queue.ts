import type { AlertEvent } from '@mnemoscope/kpi'
import type pg from 'pg'
import { storableText } from '../database/text.js'
import { episodesById } from '../episodes/find.js'

/** After so many attempts, about an hour, a delivery is given up until a person replays it. */
const mostAttempts = 16

const firstMs = 1_000
const longestMs = 300_000

/** An event as it is stored. */
export type StoredEvent = Omit<AlertEvent, 'text' | 'value_at_end' | 'operations'>

/** An event that one handler is to get now. */
export interface Delivery {
  readonly id: string
  readonly attempts: number
  readonly event: StoredEvent
}

/**
 * Takes the deliveries of a handler whose turn it is: of each episode the oldest that is left, so that its order is
 * kept. Each is taken for `leaseMs`. A recorder that has not finished by then has died, and another may take it.
 */
export async function claim(
  pool: pg.Pool,
  handler: string,
  { most, leaseMs }: { most: number; leaseMs: number },
): Promise<Delivery[]> {
  const { rows } = await pool.query<{ id: string; attempts: number; transition_id: string }>(
    `UPDATE deliveries SET attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => $3)
     WHERE id IN (
       SELECT id FROM deliveries AS mine
       WHERE handler = $1 AND dead_at IS NULL AND next_attempt_at <= now() AND NOT EXISTS (
         SELECT FROM deliveries AS earlier
         WHERE earlier.handler = $1 AND earlier.episode_id = mine.episode_id AND earlier.id < mine.id
           AND earlier.dead_at IS NULL
       )
       ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
     )
     RETURNING id, attempts, transition_id`,
    [handler, most, leaseMs / 1_000],
  )
  const events = await loadEvents(
    pool,
    rows.map(({ transition_id }) => transition_id),
  )
  return rows.flatMap(({ id, attempts, transition_id }) => {
    const event = events.get(transition_id)
    return event === undefined ? [] : [{ id, attempts, event }]
  })
}

/** Deletes a delivery that its handler has taken. */
export async function finish(pool: pg.Pool, { id }: Delivery): Promise<void> {
  await pool.query('DELETE FROM deliveries WHERE id = $1', [id])
}

/**
 * Puts a delivery back for a later attempt, or gives it up after the last. A delivery that was taken for longer than its
 * lease belongs to the recorder that took it since, and stays as it is.
 * @returns whether it was given up
 */
export async function giveBack(pool: pg.Pool, { id, attempts }: Delivery, reason: string): Promise<boolean> {
  const isLast = attempts >= mostAttempts
  const { rowCount } = await pool.query(
    `UPDATE deliveries SET next_attempt_at = now() + make_interval(secs => $2), last_error = $3,
       dead_at = CASE WHEN $4 THEN now() END
     WHERE id = $1 AND attempts = $5`,
    [id, backOffMs(attempts) / 1_000, storableText(reason.slice(0, 2_000)), isLast, attempts],
  )
  return isLast && rowCount === 1
}

/**
 * Delivers again what was given up.
 * @param handler only deliveries to this one; all where left out
 * @returns how many are to be delivered again
 */
export async function replayDeliveries(pool: pg.Pool, handler?: string): Promise<number> {
  const { rowCount } = await pool.query(
    `UPDATE deliveries SET dead_at = NULL, attempts = 0, next_attempt_at = now()
     WHERE dead_at IS NOT NULL AND ($1::text IS NULL OR handler = $1)`,
    [handler ?? null],
  )
  return rowCount ?? 0
}

async function loadEvents(
  pool: pg.Pool,
  transitionIds: readonly string[],
): Promise<Map<string, StoredEvent>> {
  if (transitionIds.length === 0) return new Map()
  const { rows } = await pool.query<Omit<StoredEvent, 'id' | 'episode'> & { id: string; episode_id: string }>(
    `SELECT id, episode_id, kind, extract(epoch FROM at)::float8 AS at, detail
     FROM alert_transitions WHERE id = ANY($1::bigint[])`,
    [transitionIds],
  )
  const episodes = await episodesById(
    pool,
    rows.map(({ episode_id }) => episode_id),
  )
  const byId = new Map(episodes.map((episode) => [String(episode.id), episode]))
  return new Map(
    rows.flatMap(({ id, episode_id, kind, at, detail }): [string, StoredEvent][] => {
      const episode = byId.get(episode_id)
      if (episode === undefined) return []
      return [[id, { id: Number(id), kind, at, detail, episode }]]
    }),
  )
}

/** Time until the next attempt, in ms: 1 s, doubling up to 5 minutes. */
function backOffMs(attempts: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.max(0, attempts - 1))
}
