import { getConnInfo } from '@hono/node-server/conninfo'
import type { MiddlewareHandler } from 'hono'
import { assertMayChange, assertToken } from '../config/access.js'

/**
 * Lets only requests through that may change something; see `assertMayChange`.
 * @throws MnemoscopeError TOKEN_REQUIRED, ACCESS_DENIED
 */
export function mayChange(token: string | undefined): MiddlewareHandler {
  return async (context, next) => {
    assertMayChange(
      {
        remoteAddress: getConnInfo(context).remote.address,
        host: context.req.header('host'),
        authorization: context.req.header('authorization'),
      },
      token,
    )
    await next()
  }
}

/**
 * Lets only requests through that carry the recorder's token; all, where it has none.
 * @throws MnemoscopeError TOKEN_REQUIRED
 */
export function withToken(token: string | undefined): MiddlewareHandler {
  return async (context, next) => {
    assertToken({ authorization: context.req.header('authorization') }, token)
    await next()
  }
}
