import type { Config } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'
import { RequestError } from '../http/error.js'
import { limit, scopeOf, scopeQuery, writtenLine, writtenText } from '../http/query.js'
import { route } from '../http/route.js'
import { signed } from '../http/signed.js'
import { incidentDetail, incidentDetailAnswer } from './detail.js'
import { type Incident, incidentAnswer, incidentById, incidents, servicesOf } from './find.js'
import { acknowledgeIncident, comment, merge, refuseUnknown, split, title } from './people.js'
import { postmortem } from './postmortem.js'

/** The longest text, each character escaped. */
const mostTextBytes = 32 * 1_024
const mostSplit = 500

export interface Needs {
  readonly pool: pg.Pool
  readonly readers: pg.Pool
  readonly config: Pick<Config, 'kpis'>
}

const incidentId = z
  .string()
  .regex(/^[1-9]\d{0,17}$/, { error: 'expected the id of an incident, as /api/incidents has it' })

const by = writtenLine(100)
const anyComment = writtenText(2_000).optional()
const oneIncident = z.strictObject({ incident: incidentAnswer })

/** What all routes have by which people change an incident. */
const change = {
  method: 'POST',
  access: 'acknowledge',
  params: { id: incidentId },
  answer: oneIncident,
  services: ({ params: { id } }: { readonly params: { readonly id: string } }, { pool }: Needs) =>
    servicesOf(pool, [id]),
} as const

/** The body of such a route: who, and something else. */
function saidBy<Shape extends z.ZodRawShape>(shape: Shape, expected: string) {
  const next = { invalid: 'Correct the body.', tooLarge: 'Write less.' }
  return { schema: z.strictObject({ by, ...shape }), mostBytes: mostTextBytes, expected, next }
}

export const incidentRoutes = [
  route({
    method: 'GET',
    path: '/api/incidents',
    summary: 'Incidents with an alert that fired in a window, newest first.',
    access: 'read',
    query: {
      ...scopeQuery,
      state: z
        .enum(['unresolved', 'resolved', 'any'])
        .default('any')
        .describe('`unresolved`: open or acknowledged.'),
      least: z
        .enum(['info', 'warning'])
        .default('warning')
        .describe('`info` gives incidents of `info` alerts alone too.'),
      limit: limit(500, 50),
      before: incidentId
        .optional()
        .describe('Only those after this one in the order of the answer: the next page.'),
    },
    answer: z.strictObject({ incidents: z.array(incidentAnswer) }),
    refusals: [400],
    async handle({ query }, { readers }: Needs) {
      const { state, least, before } = query
      if (before !== undefined && (await incidentById(readers, before)) === undefined) refuseGone(before)
      const filter = { state, info: least === 'info', most: query.limit, before }
      return { incidents: await incidents(readers, scopeOf(query), filter) }
    },
  }),
  route({
    method: 'GET',
    path: '/api/incidents/{id}',
    summary:
      'An incident with its alerts and its timeline. One that became part of another is answered with that one.',
    access: 'read',
    params: { id: incidentId },
    answer: incidentDetailAnswer,
    example: { params: { id: '1' } },
    async handle({ params: { id } }, { readers, config }: Needs) {
      return (await incidentDetail(readers, id, config.kpis)) ?? refuseUnknown(id)
    },
  }),
  route({
    method: 'GET',
    path: '/api/incidents/{id}/postmortem',
    summary: 'A draft of its post-mortem, as Markdown.',
    access: 'read',
    params: { id: incidentId },
    media: ['text/markdown'],
    example: { params: { id: '1' } },
    async handle({ params: { id }, context }, { readers, config }: Needs) {
      const detail = (await incidentDetail(readers, id, config.kpis)) ?? refuseUnknown(id)
      return context.body(postmortem(detail, config.kpis, Date.now() / 1_000), 200, {
        'content-type': 'text/markdown; charset=utf-8',
        'content-disposition': `inline; filename="incident-${detail.id}.md"`,
      })
    },
  }),
  route({
    ...change,
    path: '/api/incidents/{id}/acknowledge',
    summary: 'Says who works on an incident: acknowledges its alerts that fire. Silences nothing.',
    body: saidBy(
      { comment: anyComment },
      '{"by": "who", "comment": "at most 2,000 characters, may be left out"}',
    ),
    example: { params: { id: '1' }, body: { by: 'night shift' } },
    async handle({ params: { id }, body, caller }, { pool }: Needs) {
      const said = { by: signed(body.by, caller), comment: body.comment ?? null }
      return answerWith(pool, await acknowledgeIncident(pool, id, said))
    },
  }),
  route({
    ...change,
    path: '/api/incidents/{id}/comments',
    summary: 'Adds a comment to the timeline of an incident.',
    body: saidBy({ comment: writtenText(2_000) }, '{"by": "who", "comment": "at most 2,000 characters"}'),
    example: { params: { id: '1' }, body: { by: 'night shift', comment: 'the index is being rebuilt' } },
    async handle({ params: { id }, body, caller }, { pool }: Needs) {
      return answerWith(pool, await comment(pool, id, { ...body, by: signed(body.by, caller) }))
    },
  }),
  route({
    ...change,
    path: '/api/incidents/{id}/title',
    summary: 'Gives an incident a title, in place of the one made from its alerts.',
    body: saidBy({ title: writtenLine(200) }, '{"by": "who", "title": "at most 200 characters"}'),
    example: { params: { id: '1' }, body: { by: 'night shift', title: 'Search index lost' } },
    async handle({ params: { id }, body, caller }, { pool }: Needs) {
      const said = { by: signed(body.by, caller), comment: body.title }
      return answerWith(pool, await title(pool, id, said))
    },
  }),
  route({
    ...change,
    path: '/api/incidents/{id}/merge',
    summary: 'Makes another incident part of this one. No rule takes them apart again; a split does.',
    body: saidBy(
      { incident: z.number().int().positive(), comment: anyComment },
      '{"by": "who", "incident": 12, "comment": "may be left out"}',
    ),
    services: ({ params: { id }, body }, { pool }: Needs) => servicesOf(pool, [id, String(body.incident)]),
    refusals: [400],
    example: { params: { id: '1' }, body: { by: 'night shift', incident: 2 } },
    async handle({ params: { id }, body, caller }, { pool, config }: Needs) {
      const said = { by: signed(body.by, caller), comment: body.comment ?? null }
      return answerWith(pool, await merge(pool, { id, other: String(body.incident) }, said, config.kpis))
    },
  }),
  route({
    ...change,
    path: '/api/incidents/{id}/split',
    summary:
      'Takes alerts out of an incident, and answers with the incident that they are in now. Exactly what a merge brought is the incident of before again.',
    body: saidBy(
      {
        episodes: z.array(z.number().int().positive()).min(1).max(mostSplit),
        comment: anyComment,
      },
      '{"by": "who", "episodes": [7, 8], "comment": "may be left out"}',
    ),
    refusals: [400],
    example: { params: { id: '1' }, body: { by: 'night shift', episodes: [2] } },
    async handle({ params: { id }, body, caller }, { pool, config }: Needs) {
      const said = { by: signed(body.by, caller), comment: body.comment ?? null }
      const episodes = body.episodes.map(String)
      return answerWith(pool, await split(pool, { id, episodes }, said, config.kpis))
    },
  }),
] as const

/** Its place in the order is not known any more: the page after it would leave some out. */
function refuseGone(before: string): never {
  throw new RequestError(400, `query parameter before: incident ${before} does not stand by itself`, {
    value: before,
    expected: 'the id of the last incident of the page before',
    next: 'It was merged since, or is older than the retention: begin again without before.',
  })
}

async function answerWith(pool: pg.Pool, id: string): Promise<{ incident: Incident }> {
  return { incident: (await incidentById(pool, id)) ?? refuseUnknown(id) }
}
