import { getConnInfo } from '@hono/node-server/conninfo'
import { type Config, MnemoscopeError } from '@mnemoscope/kpi'
import type { Context, Hono } from 'hono'
import type { Logger } from 'pino'
import { type Asked, assertAccess, type Caller, type Gate } from './access.js'
import type { Attempts } from './attempts.js'
import { withBody } from './body.js'
import type { Budget } from './budget.js'
import { RequestError } from './error.js'
import { queryShape, readParams, readQuery } from './query.js'
import type { AnyRoute } from './route.js'

/** What every route is served with. */
export interface ServeOptions {
  /** Who may call what. */
  readonly gate: Gate
  /** Slows down who guesses keys. */
  readonly attempts: Attempts
  /** Gets a line for each request that writes, and for each that was refused. */
  readonly logger: Pick<Logger, 'info' | 'warn'>
  /** Bytes of bodies that requests may hold at a time, apart for those that bring alerts, which others must not hold up. */
  readonly budgets: { readonly alerts: Budget; readonly others: Budget }
  readonly config: Pick<Config, 'kpis'>
}

/** Has an app answer by a route: who may call it, then its parameters, its body, its handler. */
export function serve<Needs extends ServeOptions>(app: Hono, route: AnyRoute<Needs>, needs: Needs): void {
  app.on(route.method, honoPath(route.path), async (context: Context) => {
    const { gate, budgets, config } = needs
    const budget = route.access === 'write:alerts' ? budgets.alerts : budgets.others
    let caller: Caller | undefined
    try {
      caller = assertAccess(route.access, askedOf(context), gate)
      const params = route.params === undefined ? {} : readParams(context, route.params)
      const query =
        route.query === undefined ? {} : readQuery(context, queryShape(route.query, Object.keys(config.kpis)))
      const handle = async (body: unknown) => route.handle({ params, query, body, context, caller }, needs)
      const answer =
        route.body === undefined
          ? await handle(undefined)
          : await withBody(context, route.body, budget, handle)
      auditDone(route, context, caller, needs)
      if (answer instanceof Response) return answer
      return context.json(answer, route.isUnready?.(answer) ? 503 : 200)
    } catch (error) {
      await afterRefusal(route, context, caller, needs, error)
      route.onFailure?.(needs)
      throw error
    }
  })
}

/** What of a request says who it is from. */
function askedOf(context: Context): Asked {
  const header = (name: string) => context.req.header(name)
  return {
    authorization: header('authorization'),
    cookie: header('cookie'),
    origin: header('origin'),
    fetchSite: header('sec-fetch-site'),
  }
}

/** Logs who changed what. */
function auditDone(
  route: AnyRoute,
  context: Context,
  caller: Caller | undefined,
  { logger }: Pick<ServeOptions, 'logger'>,
): void {
  // Alerts and measurements come all the time.
  if (!['acknowledge', 'configure'].includes(route.access)) return
  logger.info({ audit: { ...asAudited(route, context, caller), allowed: true } }, 'changed')
}

/** Logs who was refused, and lets somebody who guesses keys wait. */
async function afterRefusal(
  route: AnyRoute,
  context: Context,
  caller: Caller | undefined,
  { logger, attempts }: Pick<ServeOptions, 'logger' | 'attempts'>,
  error: unknown,
): Promise<void> {
  if (!(error instanceof MnemoscopeError) || !/^(?:TOKEN_REQUIRED|ACCESS_DENIED)$/.test(error.code)) return
  const audited = asAudited(route, context, caller)
  const isGuess = error.code === 'TOKEN_REQUIRED' && context.req.header('authorization') !== undefined
  const { delayMs, isLogged, unlogged } = attempts.refused(audited.from ?? '', isGuess)
  if (isLogged) logger.warn({ audit: { ...audited, allowed: false, code: error.code, unlogged } }, 'refused')
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
}

function asAudited({ access, method, path }: AnyRoute, context: Context, caller: Caller | undefined) {
  const from = getConnInfo(context).remote.address ?? null
  return { by: caller?.name ?? null, from, operation: `${method} ${path}`, scope: access }
}

/** Answers every other method at the paths of these routes with 405; to be called after `serve`. */
export function refuseOtherMethods(app: Hono, routes: readonly Pick<AnyRoute, 'method' | 'path'>[]): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const methods = routes.filter((route) => route.path === path).map(({ method }) => method)
    const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ')
    app.all(honoPath(path), (context) => {
      context.header('allow', allow)
      throw new RequestError(405, `${context.req.path} does not take ${context.req.method}`, {
        value: context.req.method,
        expected: allow,
        next: 'See /api/openapi.json for what each address takes.',
      })
    })
  }
}

/** A route's path as Hono writes it. */
export function honoPath(path: string): string {
  return path.replaceAll(/\{(\+?)(\w+)\}/g, (_, plus, name) => (plus === '+' ? `:${name}{.+}` : `:${name}`))
}
