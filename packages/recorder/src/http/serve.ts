import type { Config } from '@mnemoscope/kpi'
import type { Context, Hono } from 'hono'
import { assertAccess } from './access.js'
import { withBody } from './body.js'
import type { Budget } from './budget.js'
import { RequestError } from './error.js'
import { queryShape, readParams, readQuery } from './query.js'
import type { AnyRoute } from './route.js'

/** What every route is served with. */
export interface ServeOptions {
  /** What a request that writes must carry; undefined for nothing. */
  readonly token: string | undefined
  /** Bytes of bodies that all requests may hold at a time. */
  readonly budget: Budget
  readonly config: Pick<Config, 'kpis'>
}

/** Has an app answer by a route: who may call it, then its parameters, its body, its handler. */
export function serve<Needs extends ServeOptions>(app: Hono, route: AnyRoute<Needs>, needs: Needs): void {
  app.on(route.method, honoPath(route.path), async (context: Context) => {
    const { token, budget, config } = needs
    try {
      assertAccess(route.access, context, token)
      const params = route.params === undefined ? {} : readParams(context, route.params)
      const query =
        route.query === undefined ? {} : readQuery(context, queryShape(route.query, Object.keys(config.kpis)))
      const handle = async (body: unknown) => route.handle({ params, query, body, context }, needs)
      const answer =
        route.body === undefined
          ? await handle(undefined)
          : await withBody(context, route.body, budget, handle)
      if (answer instanceof Response) return answer
      return context.json(answer, route.isUnready?.(answer) ? 503 : 200)
    } catch (error) {
      route.onFailure?.(needs)
      throw error
    }
  })
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
