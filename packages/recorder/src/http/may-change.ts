import { getConnInfo } from '@hono/node-server/conninfo'
import type { MiddlewareHandler } from 'hono'
import { assertMayChange } from '../config/access.js'

/**
 * Lets only requests through that may change something; see `assertMayChange`.
 * @throws MnemoscopeError ACCESS_DENIED
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
