import { createHash, timingSafeEqual } from 'node:crypto'
import { BlockList, isIPv4 } from 'node:net'
import { getConnInfo } from '@hono/node-server/conninfo'
import { MnemoscopeError } from '@mnemoscope/kpi'
import type { Context } from 'hono'

/**
 * Who may call a route.
 * - `read`: everybody who reaches the recorder.
 * - `write`: brings data. With the recorder's token; everybody where it has none.
 * - `change`: changes what others rely on. With the token; without one only from the recorder's own machine.
 */
export type Access = 'read' | 'write' | 'change'

/** What of a request decides whether it may change something. */
export interface Caller {
  /** Address that the connection comes from; undefined where it is not known. */
  readonly remoteAddress: string | undefined
  /** The header `Host`: it gives away a page of another site that resolves its name to this machine. */
  readonly host: string | undefined
  /** The header `Authorization`. */
  readonly authorization: string | undefined
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/**
 * Lets a request write: where the recorder has a token, only with it.
 * @throws MnemoscopeError TOKEN_REQUIRED
 */
export function assertToken(
  { authorization }: Pick<Caller, 'authorization'>,
  token: string | undefined,
): void {
  if (token === undefined || isToken(authorization, token)) return
  throw new MnemoscopeError('TOKEN_REQUIRED', 'the request has no valid token', {
    expected: 'Authorization: Bearer, and the token that the recorder was started with',
    next: 'Send the token from MNEMOSCOPE_TOKEN; for Alertmanager set alerting.recorderTokenFile.',
  })
}

/**
 * Lets a request change something: with the token where the recorder has one, else only from its own machine.
 * @throws MnemoscopeError TOKEN_REQUIRED, ACCESS_DENIED
 */
export function assertMayChange(caller: Caller, token: string | undefined): void {
  assertToken(caller, token)
  if (token !== undefined) return
  if (isLoopback(caller.remoteAddress) && isLoopbackHost(caller.host)) return
  throw new MnemoscopeError('ACCESS_DENIED', 'without a token only this machine may change anything', {
    value: caller.remoteAddress,
    expected: 'a request to a loopback address from a loopback address',
    next: 'Start the recorder with MNEMOSCOPE_TOKEN set and send that token.',
  })
}

function isToken(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? ''
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(given), hash(token))
}

function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false
  const plain = address.replace(/^::ffff:/i, '')
  return loopback.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6')
}

function isLoopbackHost(host: string | undefined): boolean {
  const name = /^(\[[^\]]*\]|[^:]*)(?::\d+)?$/.exec(host ?? '')?.[1]?.replace(/^\[|\]$/g, '')
  return name === 'localhost' || (name !== undefined && /^[\d.]+$|:/.test(name) && isLoopback(name))
}

/**
 * Lets a request through that may call a route.
 * @throws MnemoscopeError TOKEN_REQUIRED, ACCESS_DENIED
 */
export function assertAccess(access: Access, context: Context, token: string | undefined): void {
  if (access === 'read') return
  const authorization = context.req.header('authorization')
  if (access === 'write') {
    assertToken({ authorization }, token)
    return
  }
  const { address } = getConnInfo(context).remote
  assertMayChange({ remoteAddress: address, host: context.req.header('host'), authorization }, token)
}
