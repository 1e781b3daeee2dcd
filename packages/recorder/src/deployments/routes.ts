import type pg from 'pg'
import { z } from 'zod'
import { RequestError } from '../http/error.js'
import { askedService, limit, scopeOf, serviceQuery, windowQuery, writtenLine } from '../http/query.js'
import { route } from '../http/route.js'
import { signed } from '../http/signed.js'
import { deploymentAnswer, deployments, storeReported } from './store.js'

/** Clocks differ; a deployment that is to come is a mistake. */
const mostAheadMs = 300_000

export interface Needs {
  readonly pool: pg.Pool
  readonly readers: pg.Pool
}

export const deploymentRoutes = [
  route({
    method: 'GET',
    path: '/api/deployments',
    summary: 'Which version of which service came when, newest first.',
    access: 'read',
    query: { ...windowQuery, ...serviceQuery, limit: limit(1_000, 100) },
    answer: z.strictObject({ deployments: z.array(deploymentAnswer) }),
    services: askedService,
    async handle({ query }, { readers }: Needs) {
      return { deployments: await deployments(readers, scopeOf(query), query.limit) }
    },
  }),
  route({
    method: 'POST',
    path: '/api/deployments',
    summary: 'Reports a deployment. One that is known already, reported or observed, stays one.',
    access: 'configure',
    body: {
      schema: z.strictObject({
        service: writtenLine(512).describe('The service as its metrics have it: the label job.'),
        version: writtenLine(200),
        by: writtenLine(100).default('api'),
        at: z.iso.datetime({ offset: true }).optional().describe('ISO 8601; by default now.'),
      }),
      mostBytes: 16 * 1_024,
      expected:
        '{"service": "memory-api", "version": "1.4.2", "by": "who", "at": "ISO 8601, may be left out"}',
      next: { invalid: 'Correct the body.', tooLarge: 'Send service, version, by and at alone.' },
    },
    answer: z.strictObject({ deployment: deploymentAnswer, is_new: z.boolean() }),
    services: ({ body }) => [body.service],
    example: { body: { service: 'memory-api', version: '1.4.2', by: 'pipeline' } },
    async handle({ body, caller }, { pool }: Needs) {
      const by = signed(body.by, caller)
      const { deployment, isNew } = await storeReported(pool, { ...body, by, at: passedTime(body.at) })
      return { deployment, is_new: isNew }
    },
  }),
] as const

/** When a deployment took place. @throws RequestError 400 for a time to come, or before the year 2000 */
function passedTime(given: string | undefined): Date {
  if (given === undefined) return new Date()
  const at = new Date(given)
  if (at.getTime() <= Date.now() + mostAheadMs && at.getTime() >= Date.UTC(2000)) return at
  throw new RequestError(400, 'at: a deployment that is yet to come, or of the last millennium', {
    value: given,
    expected: 'a time that has passed, since the year 2000',
    next: 'Report it when it is done, or leave at out.',
  })
}
