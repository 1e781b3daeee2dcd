import { z } from 'zod'
import {
  allowedScopes,
  type Caller,
  type Gate,
  scopes,
  sessionCookie,
  tokenRequired,
} from '../http/access.js'
import { RequestError } from '../http/error.js'
import type { SentOf } from '../http/proxy.js'
import { route } from '../http/route.js'

export interface Needs {
  readonly gate: Gate
  readonly sentOf: SentOf
  /** Takes a code by which a browser signs in; true once for each. */
  readonly takeSignInCode: (code: string) => boolean
}

const sessionAnswer = z.strictObject({
  name: z.string().nullable().describe('Of the key or the person; null without a key.'),
  scopes: z.array(z.enum(scopes)),
  services: z
    .array(z.string())
    .nullable()
    .describe('The services that the key is limited to; null for no limit.'),
})

function sessionOf(caller: Caller | undefined, gate: Gate) {
  return {
    name: caller?.name ?? null,
    scopes: allowedScopes(caller, gate),
    services: caller?.services === undefined ? null : [...caller.services],
  }
}

/** How browsers sign in: with a code from the terminal, or with a token or key that somebody enters on the page. */
export const signInRoutes = [
  route({
    method: 'GET',
    path: '/sign-in',
    summary: 'Signs a browser in with a code that works once, and leads to the page.',
    access: 'open',
    query: { code: z.string().max(200).optional() },
    isRedirect: true,
    handle({ query: { code }, context }, { gate, sentOf, takeSignInCode }: Needs) {
      const owner = gate.keys().find(({ name, isOwn }) => name === 'owner' && isOwn === true)
      if (owner !== undefined && code !== undefined && takeSignInCode(code)) {
        context.header('set-cookie', sessionCookie(owner, gate.sessionSecret, sentOf(context)))
      }
      // A used code leads to the page too: browsers open an address again. A page that is not signed in says so.
      return context.redirect('./', 303)
    },
  }),
  route({
    method: 'GET',
    path: '/api/session',
    summary: 'Who asks, and what they may do.',
    access: 'open',
    answer: sessionAnswer,
    refusals: [401],
    handle({ caller, context }, { gate }: Needs) {
      // Who tries keys here waits as everywhere.
      if (caller === undefined && context.req.header('authorization') !== undefined)
        throw tokenRequired('read')
      return sessionOf(caller, gate)
    },
  }),
  route({
    method: 'POST',
    path: '/api/session',
    summary: 'Signs a browser in with the token or key in Authorization.',
    access: 'read',
    answer: z.strictObject({ name: z.string(), scopes: z.array(z.enum(scopes)) }),
    handle({ caller, context }, { gate, sentOf }: Needs) {
      if (caller === undefined) {
        throw new RequestError(400, 'there is no token or key to sign in with', {
          expected: 'Authorization: Bearer, and a token or key of this recorder',
          next: 'Nothing: this recorder has neither, so everybody who reaches it may read.',
        })
      }
      // Of a person whom a proxy names, each request says who it is from.
      if (caller.through === undefined)
        context.header('set-cookie', sessionCookie(caller, gate.sessionSecret, sentOf(context)))
      return { name: caller.name, scopes: [...caller.scopes] }
    },
  }),
] as const
