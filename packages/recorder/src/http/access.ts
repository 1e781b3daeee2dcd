import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { BlockList, isIPv4 } from 'node:net'
import { MnemoscopeError } from '@mnemoscope/kpi'

/** What a key may allow. */
export const scopes = ['read', 'write:measurements', 'write:alerts', 'acknowledge', 'configure'] as const
export type Scope = (typeof scopes)[number]

/**
 * Which scope a route needs.
 * - `read`: open to all who reach the recorder.
 * - `write:measurements`: open until the recorder has a token, or a person has made a key.
 * - `write:alerts`, `acknowledge`: open until it has a token or any key; `mnemoscope up` makes keys for its own parts.
 * - `configure`: always needs a token or a key, as it changes what others rely on.
 */
export type Access = Scope

/** Who sends requests, as the audit log names it. */
export interface Caller {
  readonly name: string
  readonly scopes: readonly Scope[]
}

/** A key as it is stored: only its hash. */
export interface Key extends Caller {
  /** Of the key's text, as hexadecimal digits. A key has 256 random bits, so a slow hash would add nothing. */
  readonly sha256: string
  /** Unix ms; undefined for never. */
  readonly expiresAt?: number | undefined
  /** Whether `mnemoscope up` made it for its own parts. */
  readonly isOwn?: boolean | undefined
}

/** What a recorder lets requests in by. */
export interface Gate {
  /** A shared token with all scopes; undefined for none. */
  readonly token: string | undefined
  /** The keys of this moment. Undefined: without a token, this machine may configure. */
  readonly keys: (() => readonly Key[]) | undefined
  /** Signs the page's cookies; undefined where nobody can sign in. */
  readonly sessionSecret: string | undefined
}

/** What of a request decides who it is from. */
export interface Asked {
  readonly authorization: string | undefined
  readonly cookie: string | undefined
  /** The header `Origin`, which browsers send with every request that writes. */
  readonly origin: string | undefined
  /** Address that the connection comes from; undefined where it is not known. */
  readonly remoteAddress: string | undefined
  readonly host: string | undefined
  /** Whether a proxy says that it passes the request on. */
  readonly isForwarded: boolean
}

/**
 * Lets a request through that may call a route.
 * @returns who sends it; undefined where it has no key and needs none
 * @throws MnemoscopeError TOKEN_REQUIRED, ACCESS_DENIED
 */
export function assertAccess(scope: Access, asked: Asked, gate: Gate, now = Date.now()): Caller | undefined {
  const caller = callerOf(asked, gate, now)
  if (scope === 'read') return caller
  if (caller !== undefined) {
    if (caller.scopes.includes(scope)) return caller
    throw new MnemoscopeError('ACCESS_DENIED', `the key "${caller.name}" may not do this`, {
      value: caller.name,
      expected: `a key with the scope ${scope}`,
      next: `Make one with \`npx mnemoscope key create NAME --scope ${scope}\`.`,
    })
  }
  const keys = gate.keys?.() ?? []
  const isClosed = gate.token !== undefined || keys.length > 0
  const isShared = gate.token !== undefined || keys.some(({ isOwn }) => isOwn !== true)
  if (scope === 'configure' ? isClosed : scope === 'write:measurements' ? isShared : isClosed) {
    throw new MnemoscopeError('TOKEN_REQUIRED', 'the request has no valid token', {
      expected: `Authorization: Bearer, and the recorder's token or a key with the scope ${scope}`,
      next: 'Send MNEMOSCOPE_TOKEN of the recorder, or a key from `npx mnemoscope key create`. For Alertmanager set alerting.recorderTokenFile. To sign in on the page: `npx mnemoscope sign-in`.',
    })
  }
  if (scope === 'configure' && !(gate.keys === undefined && isOfThisMachine(asked))) {
    throw new MnemoscopeError('ACCESS_DENIED', 'without a token or a key nobody may change anything', {
      value: asked.remoteAddress,
      expected: 'a recorder with MNEMOSCOPE_TOKEN or a key',
      next: 'Make a key with `npx mnemoscope key create NAME --scope configure`, or start the recorder with MNEMOSCOPE_TOKEN set.',
    })
  }
  return undefined
}

function callerOf({ authorization, cookie, origin }: Asked, gate: Gate, now: number): Caller | undefined {
  const given = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1]
  if (given !== undefined) {
    const sha256 = hashOf(given)
    if (gate.token !== undefined && isSame(sha256, hashOf(gate.token))) return { name: 'token', scopes }
    return gate
      .keys?.()
      .find((key) => isSame(sha256, key.sha256) && (key.expiresAt === undefined || now < key.expiresAt))
  }
  // Other programs at this host get the cookie too, and pages of theirs send it: those have another origin.
  const session = /(?:^|; )mnemoscope_session=([^;]+)/.exec(cookie ?? '')?.[1]
  if (session === undefined || origin === undefined || gate.sessionSecret === undefined) return undefined
  return isSession(session, gate.sessionSecret, now) ? { name: 'owner', scopes } : undefined
}

/** Hash of a key's text, as it is stored. */
export function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

/** Longer than people leave a page open, shorter than they keep a laptop. */
const sessionMs = 30 * 24 * 3_600_000

/** The header that signs a browser in. No script reads the cookie, and no page of another site sends it. */
export function sessionCookie(secret: string, now = Date.now()): string {
  const expires = now + sessionMs
  const value = `${expires}.${signature(expires, secret)}`
  return `mnemoscope_session=${value}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${sessionMs / 1_000}`
}

function isSession(value: string, secret: string, now: number): boolean {
  const [expires = '', signed = ''] = value.split('.')
  return now < Number(expires) && isSame(signed, signature(Number(expires), secret))
}

function signature(expires: number, secret: string): string {
  return createHmac('sha256', secret).update(`session until ${expires}`).digest('hex')
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

function isOfThisMachine({ remoteAddress, host, isForwarded }: Asked): boolean {
  return !isForwarded && isLoopback(remoteAddress) && isLoopbackHost(host)
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
