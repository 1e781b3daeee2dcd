import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type pg from 'pg'
import { z } from 'zod'
import { RequestError } from '../http/error.js'
import { readJson } from '../http/json-body.js'
import { mayChange } from '../http/may-change.js'
import { readParameters } from '../http/parameters.js'
import { queries } from '../http/queries.js'
import { writtenText } from '../http/text.js'
import { deployments, storeTold } from './store.js'

export interface DeploymentRoutesOptions {
  /** What is told goes through this, what is asked through `readers`. */
  readonly pool: pg.Pool
  readonly readers: pg.Pool
  /** What a request that tells of a deployment must carry; without, only this machine may. */
  readonly token: string | undefined
}

const mostBytes = 16 * 1_024

/** Clocks differ; a deployment that is to come is a mistake. */
const mostAheadMs = 300_000

/** Body of a request that tells of a deployment. */
export const deploymentBody = z.strictObject({
  service: writtenText(512).describe('The service as its metrics have it: the label job.'),
  version: writtenText(200),
  by: writtenText(100).default('api'),
  at: z.iso.datetime({ offset: true }).optional().describe('ISO 8601; by default now.'),
})

/** A deployment as the API gives it. */
export const deploymentSchema = z.object({
  id: z.string(),
  at: z.number().describe('Unix seconds.'),
  service: z.string(),
  version: z.string(),
  previous_version: z.string().nullable().describe('Null for the first that is known of the service.'),
  source: z.enum(['observed', 'api']),
  by: z.string().nullable(),
})

/** `GET /api/deployments`, newest first, and `POST /api/deployments` for pipelines that deploy. */
export function deploymentRoutes({ pool, readers, token }: DeploymentRoutesOptions): Hono {
  const routes = new Hono()
  routes.get('/api/deployments', async (context) => {
    const { scope, limit } = readParameters(context, queries.deployments)
    return context.json({ deployments: await deployments(readers, scope, limit) })
  })
  routes.post(
    '/api/deployments',
    mayChange(token),
    bodyLimit({ maxSize: mostBytes, onError: refuseSize }),
    async (context) => {
      const { at, ...told } = await readDeployment(context)
      const { deployment, isNew } = await storeTold(pool, { ...told, at })
      return context.json({ deployment, is_new: isNew })
    },
  )
  return routes
}

async function readDeployment(context: Context) {
  const parsed = deploymentBody.safeParse(await readJson(context))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new RequestError(400, `${issue?.path.map(String).join('.') || 'the body'}: ${issue?.message}`, {
      expected:
        '{"service": "memory-api", "version": "1.4.2", "by": "who", "at": "ISO 8601, may be left out"}',
      next: 'Correct the body.',
    })
  }
  const at = parsed.data.at === undefined ? new Date() : new Date(parsed.data.at)
  if (at.getTime() > Date.now() + mostAheadMs || at.getTime() < Date.UTC(2000)) {
    throw new RequestError(400, 'at: a deployment that is yet to come, or of the last millennium', {
      value: parsed.data.at,
      expected: 'a time that has passed, since the year 2000',
      next: 'Tell of it when it is done, or leave at out.',
    })
  }
  return { ...parsed.data, at }
}

function refuseSize(): never {
  throw new RequestError(413, 'the body is too large', {
    expected: `at most ${mostBytes} bytes`,
    next: 'Send service, version, by and at alone.',
  })
}
