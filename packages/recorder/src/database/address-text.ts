/**
 * Parts of an address of Postgres, by libpq's keywords:
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 */
export const keywords = [
  'host',
  'hostaddr',
  'port',
  'user',
  'password',
  'dbname',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'sslpassword',
  'sslnegotiation',
  'channel_binding',
  'options',
  'connect_timeout',
  'passfile',
  'service',
] as const
export type Keyword = (typeof keywords)[number]
export type AddressParts = Readonly<Partial<Record<Keyword, string>>>

/** Keywords that change nothing here: the recorder has its own names and encoding, and no GSSAPI. */
const ignored: readonly string[] = [
  'application_name',
  'fallback_application_name',
  'client_encoding',
  'gssencmode',
  'krbsrvname',
  'keepalives',
  'keepalives_idle',
  'keepalives_interval',
  'keepalives_count',
  'tcp_user_timeout',
  'sslcompression',
  'sslsni',
  'target_session_attrs',
  'uselibpqcompat',
]

/** Why a text is no address. It quotes nothing that can be a part of a password. */
export interface Unreadable {
  readonly problem: string
}

const scheme = /^postgres(?:ql)?:\/\//

/**
 * Reads `postgres://user:password@host:port/database?sslmode=…` or `host=… dbname=…`. A password may have any
 * characters: what can't be read otherwise is taken as they stand.
 */
export function readAddressText(text: string): AddressParts | Unreadable {
  if (scheme.test(text)) return readUrl(text.replace(scheme, ''))
  return readPairs(text)
}

/** The first reading in which all that follows the password is an address. */
function readUrl(rest: string): AddressParts | Unreadable {
  const ats = [...rest.matchAll(/@/g)].map(({ index }) => index)
  let first: Unreadable | undefined
  for (const at of [-1, ...ats]) {
    const place = readPlace(rest.slice(at + 1))
    if (place === undefined) continue
    if ('problem' in place) first ??= place
    else return at < 0 ? place : { ...readLogin(rest.slice(0, at)), ...place }
  }
  // With a second "@" the name that is unknown may be a part of the password.
  return ats.length <= 1 && first !== undefined ? first : { problem: "it can't be read" }
}

function readLogin(text: string): AddressParts {
  const [, user = '', password] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? []
  return { ...(user !== '' && { user: decoded(user) }), ...(password && { password: decoded(password) }) }
}

/** Host, port, database and parameters; undefined for what has none of that form. */
function readPlace(text: string): AddressParts | Unreadable | undefined {
  const found = /^((?:\[[\da-fA-F:.%]*\]|[\w.~%,-]|:(?=\d))*)(?:\/([^/?#@]*))?(?:\?(.*))?$/s.exec(text)
  if (found === null) return undefined
  const [, server = '', dbname, query] = found
  const [, host = '', port] = /^(\[.*\]|.*?)(?::(\d+))?$/.exec(server) ?? []
  const parts: [string, string][] = []
  if (host !== '') parts.push(['host', decoded(host.replace(/^\[(.*)\]$/, '$1'))])
  if (port !== undefined) parts.push(['port', port])
  if (dbname) parts.push(['dbname', decoded(dbname)])
  for (const pair of query ? query.split('&') : []) {
    const [, name, value] = /^([a-z_]+)=(.*)$/s.exec(pair) ?? []
    if (name === undefined || value === undefined) return undefined
    // JavaScript's own URLs write the spaces of options as "+", which no option has otherwise.
    const text = decoded(name === 'options' ? value.replaceAll('+', ' ') : value)
    parts.push(name === 'ssl' && text === 'true' ? ['sslmode', 'require'] : [name, text])
  }
  return partsOf(parts)
}

/** `host=db user=ann password='with spaces'`, as libpq reads it. */
function readPairs(text: string): AddressParts | Unreadable {
  const pair = /\s*([a-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)/suy
  const parts: [string, string][] = []
  while (pair.lastIndex < text.trimEnd().length) {
    const found = pair.exec(text)
    if (found === null) return { problem: "it can't be read" }
    const [, name = '', quoted, plain = ''] = found
    parts.push([name, (quoted ?? plain).replace(/\\(.)/gs, '$1')])
  }
  return parts.length === 0 ? { problem: 'it is empty' } : partsOf(parts)
}

function partsOf(parts: readonly (readonly [string, string])[]): AddressParts | Unreadable {
  const known = parts.filter(([name]) => !ignored.includes(name))
  const unknown = known.find(([name]) => !(keywords as readonly string[]).includes(name))
  if (unknown !== undefined) return { problem: `it has the unknown parameter "${unknown[0]}"` }
  return Object.fromEntries(known.filter(([, value]) => value !== ''))
}

/** Percent-encoded characters decoded; a "%" that encodes nothing stays. */
function decoded(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded)
    } catch {
      return encoded
    }
  })
}

/** A service's section of a service file; undefined where the file has none of this name. */
export function readService(file: string, service: string): AddressParts | Unreadable | undefined {
  let section: string | undefined
  let isFound = false
  const parts: [string, string][] = []
  for (const line of file.split(/\r?\n/).map((each) => each.trim())) {
    if (line === '' || line.startsWith('#')) continue
    const header = /^\[(.*)\]$/.exec(line)
    if (header !== null) {
      section = header[1]
      isFound ||= section === service
    } else if (section === service) {
      const [, name = '', value = ''] = /^([a-z_]+)\s*=\s*(.*)$/.exec(line) ?? []
      if (name === '') return { problem: `a line of its section [${service}] is not "name=value"` }
      parts.push([name, value])
    }
  }
  return isFound ? partsOf(parts) : undefined
}

/**
 * The password that a `.pgpass` file has for a connection: that of the first line whose fields fit or are `*`. A socket's
 * host is `localhost` there. https://www.postgresql.org/docs/current/libpq-pgpass.html
 */
export function passwordIn(
  file: string,
  { host = '', port = '5432', dbname, user }: AddressParts,
): string | undefined {
  const wanted = [host.startsWith('/') ? 'localhost' : host, port, dbname, user]
  for (const line of file.split(/\r?\n/)) {
    if (line.startsWith('#')) continue
    const fields = [...line.matchAll(/((?:[^:\\]|\\.)*)(?::|$)/g)].map(([, field = '']) =>
      field.replace(/\\(.)/g, '$1'),
    )
    if (wanted.every((value, i) => fields[i] === '*' || fields[i] === value) && fields[4]) return fields[4]
  }
  return undefined
}
