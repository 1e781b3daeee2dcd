import { BlockList, isIP } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { HttpBindings } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'
import { getPath } from 'hono/utils/url'

/** A request as the browser sent it, before a proxy passed it on. */
export interface Sent {
  /** The name and port that it was for; undefined where nothing says so. */
  readonly host: string | undefined
  readonly scheme: 'http' | 'https'
  /** Path under which the proxy has the recorder, such as `/mnemoscope`; empty for none. */
  readonly prefix: string
  /** Address that it came from. */
  readonly from: string | undefined
  /** Whether a trusted proxy has passed it on. */
  readonly isPassedOn: boolean
}

/** Tells how a request was sent. */
export type SentOf = (context: Context) => Sent

/** What of a request and its connection says how it was sent. */
export interface Passed {
  readonly peer: string | undefined
  /** Whether the connection itself has TLS. Default false. */
  readonly isSecure?: boolean
  readonly header: (name: string) => string | undefined
}

/**
 * Believes what a proxy says (`X-Forwarded-…`) only where it is trusted: everybody can send these headers.
 * @param trusted IP addresses and networks (`10.0.0.0/8`)
 */
export function trusting(trusted: readonly string[]): (passed: Passed) => Sent {
  const list = new BlockList()
  for (const each of trusted) {
    const [address = '', bits] = each.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  const isTrusted = (address: string) =>
    isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  return ({ peer, isSecure = false, header }) => {
    const scheme = isSecure ? 'https' : 'http'
    const own = { host: header('host'), scheme, prefix: '', from: plain(peer), isPassedOn: false } as const
    if (peer === undefined || !isTrusted(plain(peer) ?? '')) return own
    const prefix = header('x-forwarded-prefix') ?? ''
    return {
      host: last(header('x-forwarded-host')) ?? own.host,
      scheme: schemeIn(last(header('x-forwarded-proto'))) ?? scheme,
      prefix: isPrefix(prefix) ? prefix.replace(/\/$/, '') : '',
      from: sender(header('x-forwarded-for'), isTrusted) ?? own.from,
      isPassedOn: true,
    }
  }
}

/** The same for a request of an app. */
export function sentThrough(trusted: readonly string[]): SentOf {
  const sentOf = trusting(trusted)
  return (context) =>
    sentOf({
      peer: getConnInfo(context).remote.address,
      isSecure: (context.env as Partial<HttpBindings>).incoming?.socket instanceof TLSSocket,
      header: (name) => context.req.header(name),
    })
}

function schemeIn(given: string | undefined): Sent['scheme'] | undefined {
  return given === 'https' || given === 'http' ? given : undefined
}

/** The nearest address that no trusted proxy has: what is further away, the sender may have made up. */
function sender(chain: string | undefined, isTrusted: (address: string) => boolean): string | undefined {
  const addresses = (chain ?? '').split(',').map((each) => plain(each.trim()) ?? '')
  const found = addresses.findLast((address) => !isTrusted(address))
  return found !== undefined && isIP(found) !== 0 ? found : undefined
}

/** Of several, the one that the nearest proxy has added. */
function last(list: string | undefined): string | undefined {
  return list?.split(',').at(-1)?.trim().toLowerCase() || undefined
}

/** An IPv4 address in IPv6's form as what it is. */
function plain(address: string | undefined): string | undefined {
  return address?.replace(/^::ffff:(?=\d+\.)/i, '')
}

function isPrefix(text: string): boolean {
  return /^(?:\/[\w.~-]+)+\/?$/.test(text)
}

/** Where a proxy passes on the prefix, the recorder finds the page at its own path. */
export const pageWithoutSlash = '/.page-without-slash'

/**
 * The path of a request without the prefix that one of the configured addresses has, for proxies that pass it on.
 * @param addresses of `endpoints`
 */
export function pathWithout(addresses: readonly (string | undefined)[]): (request: Request) => string {
  const prefixes = addresses.flatMap((address) => {
    const path = address === undefined ? '' : new URL(address).pathname.replace(/\/$/, '')
    return path === '' ? [] : [path]
  })
  return (request) => {
    const path = getPath(request)
    const prefix = prefixes.find((each) => path === each || path.startsWith(`${each}/`))
    if (prefix === undefined) return path
    return path === prefix ? pageWithoutSlash : path.slice(prefix.length)
  }
}
