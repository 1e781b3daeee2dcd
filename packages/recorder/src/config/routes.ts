import {
  assertPatch,
  type ConfigMeaning,
  type ConfigPatch,
  durationSeconds,
  type Kpi,
  MnemoscopeError,
  mostPatchBytes,
  shownConfig,
} from '@mnemoscope/kpi'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type pg from 'pg'
import { z } from 'zod'
import { RequestError } from '../http/error.js'
import { askedService, limit, scopeOf, serviceQuery, windowQuery, writtenLine } from '../http/query.js'
import { type DataOf, route } from '../http/route.js'
import { signed } from '../http/signed.js'
import { differenceAnswer } from './differences.js'
import { type Followers, knownServices } from './followers.js'
import { restartAnswer, restartsFor } from './restarts.js'
import { type ChangeRequest, type ConfigSource, currentHash } from './source.js'
import { configChangeAnswer, configChanges } from './store.js'

/** Errors of a change by code; everything else is the recorder's own failure. */
const statusOf: Readonly<Record<string, ContentfulStatusCode>> = {
  CONFIG_READ_ONLY: 409,
  PATCH_REFUSED: 422,
  CONFIG_INVALID: 422,
  CONFIG_NOT_FOUND: 422,
  CONFIG_NOT_LOADABLE: 422,
  GENERATED_REJECTED: 422,
  CHANGE_REFUSED: 422,
  CHANGE_TAKEN_BACK: 422,
  CHANGE_ROLLED_BACK: 502,
  PROMETHEUS_UNREACHABLE: 503,
  ALERTMANAGER_UNREACHABLE: 503,
}

/** Its shape is the configuration's own, which is not written a second time here: a schema would have to repeat it. */
const configAnswer = z.custom<ConfigMeaning>().meta({
  type: 'object',
  additionalProperties: {},
  description: 'The settings as docs/configuration.md has them, without secrets; a function is "function".',
})

const configInUseAnswer = z.strictObject({
  hash: z.string(),
  refresh_seconds: z.number().describe('How often a page asks.'),
  config: configAnswer,
  patch: z.record(z.string(), z.unknown()).describe('The settings that were changed over HTTP.'),
  writable: z.boolean().describe('Whether PUT /api/config can change it.'),
  problem: z
    .strictObject({
      at: z.number().describe('Unix seconds.'),
      code: z.string(),
      message: z.string(),
      next: z.string(),
    })
    .nullable()
    .describe('Why the configuration file is not in use; null while it is.'),
})

/** A level without a threshold is left out. */
const followedThresholds = z.strictObject({
  warning: z.number().optional(),
  error: z.number().optional(),
  critical: z.number().optional(),
})

/** Any object: a record of zod would drop a key `__proto__` in silence, and `assertPatch` refuses it by name. */
const patchBody = z
  .custom<ConfigPatch>((given) => typeof given === 'object' && given !== null && !Array.isArray(given), {
    error: 'expected an object',
  })
  .meta({ type: 'object', additionalProperties: {} })

export interface Needs {
  readonly readers: pg.Pool
  readonly configSource: ConfigSource
  readonly followers: Followers
}

export const configRoutes = [
  route({
    method: 'GET',
    path: '/api/config',
    summary: 'The configuration in use.',
    access: 'read',
    answer: configInUseAnswer,
    handle: (_, { configSource }: Needs) => configInUse(configSource),
  }),
  route({
    method: 'PUT',
    path: '/api/config',
    summary: 'Applies a changed configuration, or refuses it and changes nothing.',
    access: 'configure',
    body: {
      schema: z.strictObject({
        by: writtenLine(100).default('api'),
        patch: patchBody.optional(),
      }),
      // Twice, for blanks and line ends.
      mostBytes: 2 * mostPatchBytes,
      expected: '{"by": "who", "patch": {settings that a patch may set}}',
      next: { invalid: 'Correct the body.', tooLarge: 'Write large changes into the configuration file.' },
    },
    answer: configInUseAnswer.extend({
      differences: z.array(differenceAnswer),
      restarts: z.array(restartAnswer),
    }),
    refusals: [409, 422, 502],
    example: {
      body: { by: 'night shift', patch: { kpis: { f1_score: { thresholds: { warning: 0.79 } } } } },
    },
    async handle({ body, caller }, { configSource, readers, followers }: Needs) {
      const change = await applied(configSource, { ...body, by: signed(body.by, caller) })
      return {
        ...configInUse(configSource),
        differences: change?.differences ?? [],
        restarts:
          change === undefined
            ? []
            : restartsFor(change, await knownServices(readers, configSource, followers)),
      }
    },
  }),
  route({
    method: 'GET',
    path: '/api/config/changes',
    summary: 'What was changed, when and by whom, newest first.',
    access: 'read',
    query: { ...windowQuery, limit: limit(1_000, 100) },
    answer: z.strictObject({ changes: z.array(configChangeAnswer) }),
    async handle({ query }, { readers }: Needs) {
      return { changes: await configChanges(readers, scopeOf(query), query.limit) }
    },
  }),
  route({
    method: 'GET',
    path: '/api/instrumentation-config',
    summary: 'What running SDKs follow; 304 while it is what If-None-Match names.',
    // For services, which have no other key.
    access: 'write:measurements',
    query: serviceQuery,
    answer: z.strictObject({
      integrations: z.strictObject({
        benchmark: z.boolean(),
        overflow: z.boolean(),
        adaptation: z.boolean(),
      }),
      kpis: z
        .record(
          z.string(),
          z.strictObject({
            thresholds: followedThresholds,
            overrides: z.array(
              z.strictObject({
                model: z.string().optional(),
                operation: z.string().optional(),
                context_size: z.string().optional(),
                thresholds: followedThresholds,
              }),
            ),
          }),
        )
        .describe('What single measurements are judged by, for each KPI.'),
    }),
    isCached: true,
    services: askedService,
    handle({ query, context }, { configSource, followers }: Needs) {
      if (query.service !== undefined) followers.asked(query.service)
      const { integrations, kpis } = configSource.current()
      const tag = `"${currentHash(configSource)}"`
      context.header('etag', tag)
      context.header('cache-control', 'no-cache')
      // A tag that went through compression comes back marked as weak.
      if (context.req.header('if-none-match')?.replace(/^W\//, '') === tag) return context.body(null, 304)
      return {
        integrations,
        kpis: Object.fromEntries(Object.entries(kpis).map(([id, kpi]) => [id, judgedBy(kpi)])),
      }
    },
  }),
] as const

function judgedBy({ thresholds, overrides }: Kpi) {
  return {
    thresholds,
    overrides: overrides.map(({ model, operation, contextSize, thresholds }) => ({
      ...(model !== undefined && { model }),
      ...(operation !== undefined && { operation }),
      ...(contextSize !== undefined && { context_size: String(contextSize) }),
      thresholds,
    })),
  }
}

function configInUse(source: ConfigSource): DataOf<typeof configInUseAnswer> {
  const config = source.current()
  const problem = source.problem()
  return {
    hash: currentHash(source),
    refresh_seconds: durationSeconds(config.dashboard.refreshInterval),
    config: shownConfig(config),
    patch: source.patch(),
    writable: source.apply !== undefined,
    problem: problem === undefined ? null : { ...problem, at: problem.at.getTime() / 1_000 },
  }
}

async function applied(source: ConfigSource, request: ChangeRequest) {
  if (source.apply === undefined) {
    const detail = {
      expected: 'a recorder that was started with --apply-to',
      next: 'Edit the configuration file, or start the recorder with --apply-to.',
    }
    throw new RequestError(409, 'this recorder follows its configuration file', detail, 'CONFIG_READ_ONLY')
  }
  try {
    if (request.patch !== undefined) assertPatch(request.patch)
    return await source.apply(request)
  } catch (error) {
    if (!(error instanceof MnemoscopeError)) throw error
    const status = statusOf[error.code]
    throw status === undefined ? error : RequestError.of(error, status)
  }
}
