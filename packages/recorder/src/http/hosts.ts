import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { MnemoscopeError } from '@mnemoscope/kpi'
import type { Context, MiddlewareHandler } from 'hono'
import type { SentOf } from './proxy.js'

/** What of a request tells by which name, and from which page, it was made. */
export interface Asked {
  /** The header `Host`, or what a trusted proxy says it was. */
  readonly host: string | undefined
  /** Of the address that was asked for. Default `http`. */
  readonly scheme?: 'http' | 'https'
  /** The header `Origin`; only browsers send it. */
  readonly origin: string | undefined
}

/**
 * The names by which a recorder is known beside those of every machine: the hosts of its configured addresses, and names
 * that were given for it.
 */
export function knownHosts(addresses: readonly (string | undefined)[], more: readonly string[]): Set<string> {
  const given = addresses.flatMap((address) => (address === undefined ? [] : [new URL(address).hostname]))
  return new Set(
    [...given, ...more].map((name) => name.toLowerCase()).filter((name) => !isOfThisMachine(name)),
  )
}

/**
 * Refuses a request for a name that this server does not have, and one from a page of another site. A page whose
 * owner lets its name resolve to this machine has that name in `Host`, which no page can change.
 * @throws MnemoscopeError HOST_REFUSED
 */
export function assertHost({ host, scheme = 'http', origin }: Asked, known: ReadonlySet<string>): void {
  const name = nameIn(`http://${host}`)
  if (host === undefined || name === undefined || !(isOfThisMachine(name) || known.has(name))) {
    throw refused('the request is for a host name that this recorder does not have', host)
  }
  if (origin === undefined || origin.toLowerCase() === `${scheme}://${host.toLowerCase()}`) return
  const from = nameIn(origin)
  if (from === undefined || !known.has(from))
    throw refused('the request is from a page of another site', origin)
}

/** Checks each request of an app, whatever its path and method: health, metrics and files too. */
export function checkHosts(known: ReadonlySet<string>, sentOf: SentOf): MiddlewareHandler {
  return async (context: Context, next) => {
    const { host, scheme } = sentOf(context)
    assertHost({ host, scheme, origin: context.req.header('origin') }, known)
    await next()
  }
}

function refused(message: string, value: string | undefined): MnemoscopeError {
  return new MnemoscopeError('HOST_REFUSED', message, {
    value: value?.slice(0, 120),
    expected: 'a name of this machine, an IP address, or a host of the configured endpoints',
    next: 'Set endpoints.recorder or endpoints.page to the address that is used, or start the recorder with --allow-host NAME.',
  })
}

/** An IP address cannot be made to lead here, as a name of another site can. */
function isOfThisMachine(name: string): boolean {
  const plain = name.replace(/^\[|\]$/g, '')
  return plain === 'localhost' || plain.endsWith('.localhost') || isIP(plain) !== 0 || plain === ownName
}

const ownName = hostname().toLowerCase()

/** Host name of an address, in lower case; undefined where it is none, as of the origin `null`. */
function nameIn(address: string): string | undefined {
  try {
    const { hostname: name, username, pathname } = new URL(address)
    return username === '' && pathname === '/' && name !== '' ? name : undefined
  } catch {
    return undefined
  }
}
