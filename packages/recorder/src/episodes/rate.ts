import { type AlertRating, ratings } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'

/** What a person says of an episode. The same as `AlertRating`. */
export const ratingAnswer = z.strictObject({
  rating: z.enum(ratings).describe('`useful`: it was worth the interruption. `noise`: it was not.'),
  by: z.string(),
  comment: z.string().nullable(),
  at: z.number().describe('Unix seconds.'),
})

/** A rating as it is given; null takes an earlier one back. */
export interface GivenRating extends Pick<AlertRating, 'by' | 'comment'> {
  readonly rating: AlertRating['rating'] | null
}

/**
 * Stores how a person rates an episode, open or closed, of this level alone. Each call adds a row; the newest counts.
 * @returns the episode's rating now, null after one was taken back; undefined where no episode has this id
 */
export async function rate(
  pool: pg.Pool,
  episodeId: string,
  { rating, by, comment }: GivenRating,
): Promise<AlertRating | null | undefined> {
  const { rows } = await pool.query<GivenRating & { readonly at: number }>(
    `INSERT INTO alert_ratings (episode_id, rating, by, comment)
     SELECT id, $2, $3, $4 FROM alert_episodes WHERE id = $1 FOR KEY SHARE
     RETURNING rating, by, comment, extract(epoch FROM at)::float8 AS at`,
    [episodeId, rating, by, comment],
  )
  const [stored] = rows
  if (stored === undefined) return undefined
  return stored.rating === null ? null : { ...stored, rating: stored.rating }
}
