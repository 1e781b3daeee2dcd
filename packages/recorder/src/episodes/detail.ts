import type { Acknowledgement } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'
import type { DataOf } from '../http/route.js'
import { acknowledgementAnswer } from './acknowledge.js'
import { beforeAnswer, changedBefore } from './before.js'
import { episodeAnswer, episodesById } from './find.js'

/** A change of an episode. */
const transitionAnswer = z.strictObject({
  kind: z
    .enum(['opened', 'changed', 'closed', 'reopened', 'storm'])
    .describe('Of a storm, several services breached within a minute, and this was the last of them.'),
  at: z.number().describe('When it happened by the clock of the source, Unix seconds.'),
  via: z.enum(['webhook', 'prometheus', 'recorder']),
  recorded_at: z.number().describe('When it was stored, Unix seconds.'),
  detail: z.record(z.string(), z.unknown()).describe('New values by column name; times are Unix seconds.'),
})

/** An episode with everything that is known of it. */
export const episodeDetailAnswer = episodeAnswer.extend({
  transitions: z.array(transitionAnswer).describe('In the order in which they were learned.'),
  acknowledgements: z.array(acknowledgementAnswer).describe('Oldest first.'),
  before: beforeAnswer,
})
export type EpisodeDetail = DataOf<typeof episodeDetailAnswer>
type EpisodeTransition = EpisodeDetail['transitions'][number]

/** Details of an episode; undefined if no episode has this id. */
export async function episodeDetail(
  pool: pg.Pool,
  id: string,
  intervalSeconds: number,
): Promise<EpisodeDetail | undefined> {
  const [[episode], transitions, acknowledgements, before] = await Promise.all([
    episodesById(pool, [id]),
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
  return (
    episode && { ...episode, transitions: transitions.rows, acknowledgements: acknowledgements.rows, before }
  )
}
