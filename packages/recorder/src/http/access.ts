import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { BlockList, isIP } from 'node:net'
import { MnemoscopeError, type ProxySignIn } from '@mnemoscope/kpi'
import { type PassedOn, personNamed } from './person.js'

/** What a key may allow. */
export const scopes = ['read', 'write:measurements', 'write:alerts', 'acknowledge', 'configure'] as const
export type Scope = (typeof scopes)[number]

/**
 * Which scope a route needs. Without a token and without keys, `open` of the recorder decides.
 * - `open`: none, whoever asks: health, the recorder's own metrics, and what has no data.
 * - `metrics`: none, unless the configuration names a token for scrapes: `read` then.
 * - `write:measurements`: none until the recorder has a token, or a person has made a key.
 */
export type Access = Scope | 'open' | 'metrics'

/** The same at one moment. */
export type Needed = Scope | 'open'

/**
 * What everybody who reaches a recorder may do while it has no token and no keys: all but `configure`, nothing but `open`
 * routes, or everything.
 */
export type Openness = 'use' | 'nothing' | 'everything'

/** Who sends requests, as the audit log names it. */
export interface Caller {
  readonly name: string
  readonly scopes: readonly Scope[]
  /** The services that it may do this for. Default: all, and what belongs to no service. */
  readonly services?: readonly string[] | undefined
  /** For a key by which a proxy names people: the person, or what the request lacks to be from one. */
  readonly through?: 'person' | 'nobody' | 'another page' | undefined
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
  /** The keys of this moment. */
  readonly keys: () => readonly Key[]
  readonly open: Openness
  /** Signs the page's cookies. */
  readonly sessionSecret: string
  /** The people of this moment whom a proxy signs in. Default none. */
  readonly people?: () => ProxySignIn | undefined
  /** Whether scrapes need a key at this moment. Default: they do not. */
  readonly asksScrapes?: () => boolean
}

/** What of a request decides who it is from. */
export interface Asked {
  /** Whether it only asks for something, as GET does. */
  readonly isReading: boolean
  readonly authorization: string | undefined
  readonly cookie: string | undefined
  /** The header `Origin`, which browsers send with every request that writes. */
  readonly origin: string | undefined
  /** The header `Sec-Fetch-Site`, by which browsers say from what page a request is. */
  readonly fetchSite: string | undefined
  /** Its headers, if a trusted proxy has passed it on. */
  readonly passedOn?: PassedOn | undefined
}

/**
 * Lets a request through that may call a route.
 * @param caller who sends it; undefined for a request without a valid key, which some routes do not need
 * @throws MnemoscopeError TOKEN_REQUIRED, ACCESS_DENIED
 */
export function assertAccess(access: Needed, caller: Caller | undefined, gate: Gate): void {
  if (access === 'open') return
  if (caller !== undefined) {
    if (caller.scopes.includes(access)) return
    throw denied(access, caller)
  }
  const keys = gate.keys()
  if (gate.token === undefined && keys.length === 0 && gate.people?.() === undefined) {
    if (gate.open === 'everything' || (gate.open === 'use' && access !== 'configure')) return
    throw new MnemoscopeError('ACCESS_DENIED', 'this recorder has neither a token nor a key', {
      expected: `a recorder with MNEMOSCOPE_TOKEN, or with a key that has the scope ${access}`,
      next: `Make a key with \`npx mnemoscope key create NAME --scope ${access}\` and send it, or start the recorder with MNEMOSCOPE_TOKEN set.`,
    })
  }
  const isShared =
    gate.token !== undefined || gate.people?.() !== undefined || keys.some(({ isOwn }) => isOwn !== true)
  if (access === 'write:measurements' && !isShared) return
  throw tokenRequired(access)
}

/** Refuses a request without a valid key. */
export function tokenRequired(access: Scope): MnemoscopeError {
  return new MnemoscopeError('TOKEN_REQUIRED', 'the request has no valid token', {
    expected: `Authorization: Bearer, and the recorder's token or a key with the scope ${access}`,
    next: 'Send MNEMOSCOPE_TOKEN of the recorder, or a key from `npx mnemoscope key create`. For Alertmanager set alerting.recorderTokenFile. To sign in on the page: `npx mnemoscope sign-in`.',
  })
}

/** What a caller may do at this moment. @param caller undefined for one without a valid key */
export function allowedScopes(caller: Caller | undefined, gate: Gate): Scope[] {
  return scopes.filter((scope) => {
    try {
      assertAccess(scope, caller, gate)
      return true
    } catch {
      return false
    }
  })
}

/**
 * Lets a request through whose key is for all services, or for each service that the request concerns.
 * @param services those that it concerns, undefined for one that is not known; left out for a route that is never of
 *   certain services only
 * @throws MnemoscopeError ACCESS_DENIED
 */
export function assertServices(
  services: readonly (string | undefined)[] | undefined,
  { name, services: own }: Caller,
): void {
  if (own === undefined) return
  const isAllowed = (service: string | undefined) => service !== undefined && own.includes(service)
  if (services !== undefined && services.length > 0 && services.every(isAllowed)) return
  const other = services?.find((service) => service !== undefined && !isAllowed(service))
  const what = other === undefined ? 'what belongs to no service or to all' : 'another service'
  throw new MnemoscopeError('ACCESS_DENIED', `"${name}" may not do this for ${what}`, {
    value: other?.slice(0, 120) ?? name,
    expected: `a request for ${own.join(', ')} alone`,
    next:
      services === undefined
        ? 'Use a key without --service: no part of this is of one service alone.'
        : 'Name the service in the request (reads: `service=NAME`), or use a key without --service.',
  })
}

/** What a route needs at this moment. */
export function neededNow(access: Access, { asksScrapes }: Pick<Gate, 'asksScrapes'>): Needed {
  if (access !== 'metrics') return access
  return asksScrapes?.() === true ? 'read' : 'open'
}

/**
 * Who sends a request: by its key, or by the session that the page's cookie names.
 * @returns undefined for a request without a valid one
 */
export function callerOf(asked: Asked, gate: Gate, now = Date.now()): Key | undefined {
  const { authorization, cookie } = asked
  const given = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1]
  if (given !== undefined) {
    const sha256 = hashOf(given)
    const key = keysAt(gate, now).find((each) => isSame(sha256, each.sha256))
    return key === undefined ? undefined : throughProxy(key, asked, gate)
  }
  const session = /(?:^|; )mnemoscope_session=([^;]+)/.exec(cookie ?? '')?.[1]
  if (session === undefined || !isOfOwnPage(asked)) return undefined
  const key = ofSession(session, gate, now)
  // A proxy speaks for a person in each request: nothing of that is left in a browser.
  return key === undefined ? undefined : throughProxy(key, { ...asked, passedOn: undefined }, gate)
}

/**
 * Whether a request that a browser signs by itself is from the recorder's page. Pages of other programs make browsers send
 * such requests too: with another origin, or, if they only read, with a word about the site. That a page cannot leave out.
 * Browsers name the origin of each request that writes, and not of one that reads from the page's own.
 */
function isOfOwnPage({ isReading, origin, fetchSite }: Asked): boolean {
  return origin !== undefined || (isReading && !/^(?:same|cross)-site$/.test(fetchSite ?? ''))
}

/** A key as it is, or the person in whose name a proxy sends it. */
function throughProxy(key: Key, asked: Asked, gate: Gate): Key {
  const people = gate.people?.()
  if (people === undefined || key.name !== people.key || key.isOwn === true) return key
  const person = asked.passedOn === undefined ? undefined : personNamed(key, people, asked.passedOn)
  if (person === undefined) return { ...key, scopes: [], through: 'nobody' }
  // The proxy's own cookie comes with the requests of other pages as well.
  if (!isOfOwnPage(asked)) return { ...key, ...person, scopes: [], through: 'another page' }
  return { ...key, ...person, through: 'person' }
}

function denied(access: Scope, { name, through }: Caller): MnemoscopeError {
  const { expected, next } = {
    person: {
      expected: `a person with ${access} in proxySignIn of the configuration`,
      next: 'Add it for this person, for a group, or for everybody; the key of the proxy needs it too.',
    },
    nobody: {
      expected: 'the name of a person from a proxy that is trusted',
      next: 'Have the proxy send the header proxySignIn.userHeader, and start the recorder with --trust-proxy and its address.',
    },
    'another page': {
      expected: 'a request of the page of this recorder',
      next: 'Open the page. A program sends a key of its own, past the proxy.',
    },
    key: {
      expected: `a key with the scope ${access}`,
      next: `Make one with \`npx mnemoscope key create NAME --scope ${access}\`.`,
    },
  }[through ?? 'key']
  return new MnemoscopeError('ACCESS_DENIED', `"${name}" may not do this`, { value: name, expected, next })
}

/** The keys that count now, the token among them. */
function keysAt({ token, keys }: Gate, now: number): Key[] {
  const shared = token === undefined ? [] : [{ name: 'token', scopes, sha256: hashOf(token) }]
  return [...shared, ...keys().filter(({ expiresAt }) => expiresAt === undefined || now < expiresAt)]
}

/** Hash of a key's text, as it is stored. */
export function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

/** Longer than people leave a page open, shorter than they keep a laptop. */
const sessionMs = 30 * 24 * 3_600_000

/**
 * The header that signs a browser in with a key: until the key ends or is revoked, at most 30 days. No script reads the
 * cookie, and no page of another site sends it. Programs beside the recorder behind a proxy get it only without a prefix.
 */
export function sessionCookie(
  { sha256 }: Pick<Key, 'sha256'>,
  secret: string,
  { scheme, prefix }: { readonly scheme: string; readonly prefix: string } = { scheme: 'http', prefix: '' },
  now = Date.now(),
): string {
  const content = `${now + sessionMs}.${signature(`key ${sha256}`, secret)}`
  const value = `${content}.${signature(`session ${content}`, secret)}`
  const isSecure = scheme === 'https' ? 'Secure; ' : ''
  return `mnemoscope_session=${value}; HttpOnly; ${isSecure}SameSite=Strict; Path=${prefix}/; Max-Age=${sessionMs / 1_000}`
}

function ofSession(value: string, gate: Gate, now: number): Key | undefined {
  const { sessionSecret: secret } = gate
  const [expires = '', key = '', signed = ''] = value.split('.')
  const isValid = isSame(signed, signature(`session ${expires}.${key}`, secret)) && now < Number(expires)
  if (!isValid) return undefined
  return keysAt(gate, now).find(({ sha256 }) => isSame(key, signature(`key ${sha256}`, secret)))
}

function signature(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('hex')
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether only programs of this machine reach what listens at a host. */
export function isLoopback(host: string): boolean {
  const family = isIP(host)
  return host === 'localhost' || (family !== 0 && loopback.check(host, family === 4 ? 'ipv4' : 'ipv6'))
}
