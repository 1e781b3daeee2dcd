import type { HttpBindings } from '@hono/node-server'
import { type Config, type ConnectionRank, MnemoscopeError, rankConnection } from '@mnemoscope/kpi'
import type { Context, Hono } from 'hono'
import {
  type Asked,
  assertAccess,
  assertServices,
  type Caller,
  callerOf,
  type Gate,
  type Key,
  neededNow,
} from './access.js'
import type { Attempts } from './attempts.js'
import { withBody } from './body.js'
import type { Budget } from './budget.js'
import { RequestError } from './error.js'
import type { Sent, SentOf } from './proxy.js'
import { queryShape, readParams, readQuery } from './query.js'
import type { AnyRoute } from './route.js'

/** A request that changed something, or that was refused. */
export interface AuditEntry {
  /** Name of the key that it came with; null without a valid one. */
  readonly by: string | null
  /** Address that it came from. */
  readonly from: string | null
  /** Method and path, as the contract has them. */
  readonly operation: string
  readonly scope: string
  /** Whether it did what it asked for. */
  readonly allowed: boolean
  /** Code of the error; null where it was allowed. */
  readonly code: string | null
  /** Refusals of the same sender before this one that have no entry. */
  readonly unlogged: number
}

/** Where these go. */
export interface Audit {
  add(entry: AuditEntry): void
}

/** What every route is served with. */
export interface ServeOptions {
  /** Who may call what. */
  readonly gate: Gate
  /** Slows down who guesses keys. */
  readonly attempts: Attempts
  /** Gets each request of a person that changed something, and each that was refused. */
  readonly audit: Audit
  /** Bytes of bodies that requests may hold at a time, apart for those that bring alerts, which others must not hold up. */
  readonly budgets: { readonly alerts: Budget; readonly others: Budget }
  readonly config: Pick<Config, 'kpis'>
  /** Tells how a request was sent, before a trusted proxy passed it on. */
  readonly sentOf: SentOf
}

/** Has an app answer by a route: who may call it, then its parameters, its body, its handler. */
export function serve<Needs extends ServeOptions>(app: Hono, route: AnyRoute<Needs>, needs: Needs): void {
  app.on(route.method, honoPath(route.path), async (context: Context) => {
    const { gate, budgets, config, sentOf } = needs
    const budget = route.access === 'write:alerts' ? budgets.alerts : budgets.others
    let caller: Key | undefined
    try {
      const access = neededNow(route.access, gate)
      caller = callerOf(askedOf(context, sentOf(context)), gate)
      if (caller !== undefined) rank(context, 'known')
      assertAccess(access, caller, gate)
      if (caller !== undefined && access !== 'open' && route.services === undefined)
        assertServices(undefined, caller)
      const params = route.params === undefined ? {} : readParams(context, route.params)
      const query = readQuery(context, queryShape(route.query, Object.keys(config.kpis)))
      const handle = async (body: unknown) => {
        const request = { params, query, body, context, caller }
        if (caller?.services !== undefined && route.services !== undefined)
          assertServices(await route.services(request, needs), caller)
        return route.handle(request, needs)
      }
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
function askedOf(context: Context, { isPassedOn }: Sent): Asked {
  const header = (name: string) => context.req.header(name)
  return {
    isReading: /^(?:GET|HEAD)$/.test(context.req.method),
    authorization: header('authorization'),
    cookie: header('cookie'),
    origin: header('origin'),
    fetchSite: header('sec-fetch-site'),
    passedOn: isPassedOn ? header : undefined,
  }
}

/** Whether a route changes what people decide. Alerts and measurements come all the time. */
function isDecision({ access }: Pick<AnyRoute, 'access' | 'method'>): boolean {
  return access === 'acknowledge' || access === 'configure'
}

function auditDone(
  route: AnyRoute,
  context: Context,
  caller: Caller | undefined,
  { audit, sentOf }: Pick<ServeOptions, 'audit' | 'sentOf'>,
): void {
  if (!isDecision(route) || route.method === 'GET') return
  audit.add({ ...asAudited(route, sentOf(context), caller), allowed: true, code: null, unlogged: 0 })
}

/** Keeps who was refused, and lets somebody who guesses keys wait. */
async function afterRefusal(
  route: AnyRoute,
  context: Context,
  caller: Caller | undefined,
  { audit, attempts, sentOf }: Pick<ServeOptions, 'audit' | 'attempts' | 'sentOf'>,
  error: unknown,
): Promise<void> {
  const code = error instanceof MnemoscopeError ? error.code : 'INTERNAL'
  const isDenied = /^(?:TOKEN_REQUIRED|ACCESS_DENIED)$/.test(code)
  // A change that was allowed and failed, such as one of a bad threshold, is of interest; a bad query is not.
  if (!isDenied && (!isDecision(route) || route.method === 'GET')) return
  const audited = asAudited(route, sentOf(context), caller)
  const isGuess = code === 'TOKEN_REQUIRED' && context.req.header('authorization') !== undefined
  const { delayMs, isLogged, unlogged } = attempts.refused(audited.from ?? '', isGuess)
  // Neither a wait nor a body that goes on keeps a connection from those who may be here.
  if (isDenied) rank(context, 'spare')
  if (isLogged) audit.add({ ...audited, allowed: false, code, unlogged })
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
}

/** Without a server, as in a test of an app alone, there is no connection. */
function rank({ env }: Context, as: ConnectionRank): void {
  const socket = (env as Partial<HttpBindings> | undefined)?.incoming?.socket
  if (socket !== undefined) rankConnection(socket, as)
}

function asAudited({ access, method, path }: AnyRoute, { from }: Sent, caller: Caller | undefined) {
  return { by: caller?.name ?? null, from: from ?? null, operation: `${method} ${path}`, scope: access }
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
