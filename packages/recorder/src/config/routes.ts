import { configHash, configMeaning, durationSeconds, MnemoscopeError } from '@mnemoscope/kpi'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type pg from 'pg'
import { z } from 'zod'
import { RequestError } from '../http/error.js'
import { readJson } from '../http/json-body.js'
import { mayChange } from '../http/may-change.js'
import { readParameters } from '../http/parameters.js'
import { queries } from '../http/queries.js'
import { writtenText } from '../http/text.js'
import { shown } from './shown.js'
import type { ConfigSource } from './source.js'
import { configChanges } from './store.js'

export interface ConfigRoutesOptions {
  readonly pool: pg.Pool
  readonly source: ConfigSource
  /** What a request that changes something must carry; without, only this machine may. */
  readonly token: string | undefined
}

/** The longest patch: thousands of overrides. */
const mostPatchBytes = 1_024 * 1_024

/** Body of a request that changes the configuration. */
export const changeSchema = z.strictObject({
  by: writtenText(100).default('api'),
  patch: z.record(z.string(), z.unknown()).optional(),
})

/** Errors of a change by code; everything else is the recorder's own failure. */
const statusOf: Readonly<Record<string, ContentfulStatusCode>> = {
  CONFIG_READ_ONLY: 409,
  CONFIG_INVALID: 422,
  CONFIG_NOT_FOUND: 422,
  CONFIG_NOT_LOADABLE: 422,
  GENERATED_REJECTED: 422,
  CHANGE_ROLLED_BACK: 502,
  PROMETHEUS_UNREACHABLE: 503,
  ALERTMANAGER_UNREACHABLE: 503,
}

/**
 * The configuration over HTTP: `GET /api/config` in force, `PUT /api/config` with `{by, patch}`,
 * `GET /api/config/changes`, and `GET /api/instrumentation-config` for running SDKs.
 */
export function configRoutes({ pool, source, token }: ConfigRoutesOptions): Hono {
  const routes = new Hono()
  routes.get('/api/config', (context) => context.json(inForce(source)))
  routes.put(
    '/api/config',
    mayChange(token),
    bodyLimit({ maxSize: mostPatchBytes, onError: () => refuseSize() }),
    async (context) => {
      try {
        const change = await applied(source, await readChange(context))
        return context.json({
          ...inForce(source),
          differences: shown(change?.differences ?? []),
          restarts: change?.restarts ?? [],
        })
      } catch (error) {
        return answerRefusal(error, context)
      }
    },
  )
  routes.get('/api/config/changes', async (context) => {
    const { scope, limit } = readParameters(context, queries.configChanges)
    return context.json({ changes: await configChanges(pool, { since: scope.from, most: limit }) })
  })
  routes.get('/api/instrumentation-config', (context) => {
    const { integrations } = source.inForce()
    const tag = `"${configHash(source.inForce())}"`
    context.header('etag', tag)
    context.header('cache-control', 'no-cache')
    // A tag that went through compression comes back marked as weak.
    if (context.req.header('if-none-match')?.replace(/^W\//, '') === tag) return context.body(null, 304)
    return context.json({ integrations })
  })
  return routes
}

function inForce(source: ConfigSource) {
  const config = source.inForce()
  const problem = source.problem()
  return {
    hash: configHash(config),
    refresh_seconds: durationSeconds(config.dashboard.refreshInterval),
    config: shown(configMeaning(config)),
    patch: shown(source.patch()),
    writable: source.apply !== undefined,
    problem: problem === undefined ? null : { ...problem, at: problem.at.toISOString() },
  }
}

function applied(source: ConfigSource, request: z.output<typeof changeSchema>) {
  if (source.apply !== undefined) return source.apply(request)
  throw new MnemoscopeError('CONFIG_READ_ONLY', 'this recorder follows its configuration file', {
    expected: 'a recorder that was started with --apply-to',
    next: 'Edit the configuration file, or start the recorder with --apply-to.',
  })
}

async function readChange(context: Context): Promise<z.output<typeof changeSchema>> {
  const parsed = changeSchema.safeParse(await readJson(context))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new RequestError(400, `${issue?.path.map(String).join('.') || 'the body'}: ${issue?.message}`, {
    expected: '{"by": "who", "patch": {settings as in the configuration file}}',
    next: 'Correct the body.',
  })
}

function answerRefusal(error: unknown, context: Context): Response {
  const { code, message, value, expected, next } = error as Partial<MnemoscopeError>
  const status = code === undefined || error instanceof RequestError ? undefined : statusOf[code]
  if (status === undefined) throw error
  return context.json({ error: { code, message, value, expected, next } }, status)
}

function refuseSize(): never {
  throw new RequestError(413, 'the body is too large', {
    expected: `at most ${mostPatchBytes} bytes`,
    next: 'Put large changes into the configuration file.',
  })
}
