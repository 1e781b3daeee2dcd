import type { Acknowledgement } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'

/** Somebody took notice of an episode. The same as `Acknowledgement`. */
export const acknowledgementAnswer = z.strictObject({
  by: z.string(),
  comment: z.string().nullable(),
  at: z.number().describe('Unix seconds.'),
})

const foreignKeyViolation = '23503'

/**
 * Stores that a person knows of an episode, open or closed. Each call adds one: comments follow one another.
 * It silences nothing; silences are Alertmanager's.
 * @returns undefined where no episode has this id
 */
export async function acknowledge(
  pool: pg.Pool,
  episodeId: string,
  { by, comment }: Omit<Acknowledgement, 'at'>,
): Promise<Acknowledgement | undefined> {
  try {
    const { rows } = await pool.query<Acknowledgement>(
      `INSERT INTO alert_acknowledgements (episode_id, by, comment) VALUES ($1, $2, $3)
       RETURNING by, comment, extract(epoch FROM at)::float8 AS at`,
      [episodeId, by, comment],
    )
    return rows[0]
  } catch (error) {
    if ((error as { code?: string }).code === foreignKeyViolation) return undefined
    throw error
  }
}
