import type { ProxySignIn } from '@mnemoscope/kpi'
import type { Key } from './access.js'

/** Who a request is from, where its key is that of a proxy which signs people in. */
export interface Person {
  readonly name: string
  readonly scopes: Key['scopes']
}

/** Reads a header of a request that a trusted proxy has passed on. */
export type PassedOn = (header: string) => string | undefined

/** Letters of any script, and what stands in addresses and paths of directories; no comma, which joins two headers. */
const namePattern = /^[\p{L}\p{N}][\p{L}\p{N} @._+:/\\=-]{0,127}$/u

/**
 * The person whom a proxy names. Its name begins with that of the key, so that it is never taken for a key's.
 * @param key the one that the proxy sends; no person may do more than it
 * @returns undefined where it names nobody
 */
export function personNamed(
  key: Pick<Key, 'name' | 'scopes'>,
  { userHeader, groupsHeader, everybody, users, groups }: ProxySignIn,
  passedOn: PassedOn,
): Person | undefined {
  const user = readable(passedOn(userHeader))
  if (user === undefined || !namePattern.test(user)) return undefined
  const named = (readable(passedOn(groupsHeader)) ?? '').split(',').map((each) => each.trim())
  const given = new Set<string>([
    ...everybody,
    ...scopesIn(users, user),
    ...named.flatMap((group) => scopesIn(groups, group)),
  ])
  return { name: `${key.name}:${user}`, scopes: key.scopes.filter((scope) => given.has(scope)) }
}

/** Proxies send UTF-8, and Node reads each byte of a header as a character. */
function readable(header: string | undefined): string | undefined {
  return header === undefined ? undefined : Buffer.from(header, 'latin1').toString('utf8').trim()
}

/** Not a property that each object has, such as `constructor`. */
function scopesIn(list: ProxySignIn['users'], name: string): ProxySignIn['everybody'] {
  return Object.hasOwn(list, name) ? (list[name] ?? []) : []
}
