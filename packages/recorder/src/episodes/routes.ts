import { type Config, durationSeconds, ratings, severities } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'
import { RequestError } from '../http/error.js'
import {
  askedService,
  episodeId,
  limit,
  scopeOf,
  scopeQuery,
  text,
  writtenLine,
  writtenText,
} from '../http/query.js'
import { route } from '../http/route.js'
import { signed } from '../http/signed.js'
import { acknowledge, acknowledgementAnswer, serviceOfEpisode } from './acknowledge.js'
import { episodeDetail, episodeDetailAnswer } from './detail.js'
import { episodeAnswer, episodes } from './find.js'
import { rate, ratingAnswer } from './rate.js'

/** The longest comment, each character escaped. */
const mostCommentBytes = 32 * 1_024

export interface Needs {
  readonly pool: pg.Pool
  readonly readers: pg.Pool
  readonly config: Pick<Config, 'snapshotInterval'>
}

export const episodeRoutes = [
  route({
    method: 'GET',
    path: '/api/episodes',
    summary: 'Alert episodes, newest first.',
    access: 'read',
    query: (kpiIds: readonly string[]) => ({
      ...scopeQuery,
      kpi: z.enum(kpiIds).optional(),
      level: z.enum(severities).optional(),
      alertname: text(512).optional().describe('Name of the alerting rule, in full.'),
      state: z.enum(['open', 'closed', 'any']).default('any'),
      limit: limit(1_000, 100),
      before: episodeId
        .optional()
        .describe('Only those after this one in the order of the answer: the next page.'),
    }),
    answer: z.strictObject({ episodes: z.array(episodeAnswer) }),
    services: askedService,
    async handle({ query }, { readers }: Needs) {
      return { episodes: await episodes(readers, scopeOf(query), { ...query, most: query.limit }) }
    },
  }),
  route({
    method: 'GET',
    path: '/api/episodes/{id}',
    summary: 'An episode with its transitions, its acknowledgements and what changed before it.',
    access: 'read',
    params: { id: episodeId },
    answer: episodeDetailAnswer,
    example: { params: { id: '1' } },
    async handle({ params: { id } }, { readers, config }: Needs) {
      return (await episodeDetail(readers, id, durationSeconds(config.snapshotInterval))) ?? refuseUnknown(id)
    },
  }),
  route({
    method: 'POST',
    path: '/api/episodes/{id}/acknowledge',
    summary: 'Says who works on an episode. Silences nothing.',
    access: 'acknowledge',
    params: { id: episodeId },
    body: {
      schema: z.strictObject({ by: writtenLine(100), comment: writtenText(2_000).optional() }),
      mostBytes: mostCommentBytes,
      expected: '{"by": "who", "comment": "at most 2,000 characters, may be left out"}',
      next: { invalid: 'Correct the body.', tooLarge: 'Write a shorter comment.' },
    },
    answer: z.strictObject({ acknowledgement: acknowledgementAnswer }),
    services: ({ params: { id } }, { pool }: Needs) => serviceOfEpisode(pool, id),
    example: { params: { id: '1' }, body: { by: 'night shift', comment: 'rebuilding the index' } },
    async handle({ params: { id }, body: { by, comment = null }, caller }, { pool }: Needs) {
      const stored = await acknowledge(pool, id, { by: signed(by, caller), comment })
      return { acknowledgement: stored ?? refuseUnknown(id) }
    },
  }),
  route({
    method: 'POST',
    path: '/api/episodes/{id}/rating',
    summary: 'Says whether an episode was useful or noise. The newest rating counts.',
    access: 'acknowledge',
    params: { id: episodeId },
    body: {
      schema: z.strictObject({
        rating: z.enum(ratings).nullable().describe('Null takes an earlier rating back.'),
        by: writtenLine(100),
        comment: writtenText(2_000).optional(),
      }),
      mostBytes: mostCommentBytes,
      expected: '{"rating": "useful", "noise" or null, "by": "who", "comment": "may be left out"}',
      next: { invalid: 'Correct the body.', tooLarge: 'Write a shorter comment.' },
    },
    answer: z.strictObject({ rating: ratingAnswer.nullable() }),
    services: ({ params: { id } }, { pool }: Needs) => serviceOfEpisode(pool, id),
    example: {
      params: { id: '1' },
      body: { rating: 'useful', by: 'night shift', comment: 'index was gone' },
    },
    async handle({ params: { id }, body: { rating, by, comment = null }, caller }, { pool }: Needs) {
      const stored = await rate(pool, id, { rating, by: signed(by, caller), comment })
      return { rating: stored === undefined ? refuseUnknown(id) : stored }
    },
  }),
] as const

/** @throws RequestError 404, always */
export function refuseUnknown(id: string): never {
  throw new RequestError(404, `there is no episode ${id}`, {
    value: id,
    expected: 'the id of an episode, as /api/episodes has it',
    next: 'It may be older than the retention; look at /api/episodes.',
  })
}
