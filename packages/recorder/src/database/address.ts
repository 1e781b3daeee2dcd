import { existsSync, readFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { MnemoscopeError } from '@mnemoscope/kpi'
import type pg from 'pg'
import {
  type AddressParts,
  type Keyword,
  passwordIn,
  readAddressText,
  readService,
  type Unreadable,
} from './address-text.js'
import { sslModes, tlsOf } from './tls.js'

export type { AddressParts } from './address-text.js'

/** Where a database is and how to reach it: what an address, a service file, `PG*` variables and defaults give together. */
export interface DatabaseAddress {
  readonly parts: AddressParts & { readonly host: string; readonly user: string; readonly dbname: string }
  /** For messages: without its password and its parameters. */
  readonly shown: string
}

/** What an address is completed from. */
export interface AddressSources {
  readonly env: NodeJS.ProcessEnv
  /** Text of a file; undefined where there is none. */
  readonly read: (file: string) => string | undefined
  readonly home: string
  /** Where the address is, for messages. Default `DATABASE_URL`. */
  readonly variable?: string
}

export const ownSources = (): AddressSources => ({ env: process.env, read: textIn, home: homedir() })

/** https://www.postgresql.org/docs/current/libpq-envars.html */
const variables: Readonly<Record<string, Keyword>> = {
  PGHOST: 'host',
  PGHOSTADDR: 'hostaddr',
  PGPORT: 'port',
  PGUSER: 'user',
  PGPASSWORD: 'password',
  PGPASSFILE: 'passfile',
  PGDATABASE: 'dbname',
  PGSSLMODE: 'sslmode',
  PGSSLROOTCERT: 'sslrootcert',
  PGSSLCERT: 'sslcert',
  PGSSLKEY: 'sslkey',
  PGSSLNEGOTIATION: 'sslnegotiation',
  PGCHANNELBINDING: 'channel_binding',
  PGOPTIONS: 'options',
  PGCONNECT_TIMEOUT: 'connect_timeout',
}

/**
 * Reads and checks an address: `postgres://user:password@host:port/database?sslmode=…`, or `host=… dbname=…`. What it
 * leaves out comes from its service, then from the `PG*` variables, as with psql; `postgres://` leaves out everything.
 * Every command reads, checks and shows addresses with this function. No message has a password in it.
 * @throws MnemoscopeError DATABASE_ADDRESS
 */
export function readAddress(text: string, sources: AddressSources = ownSources()): DatabaseAddress {
  const given = readAddressText(text.trim())
  if ('problem' in given) throw invalid(given, undefined, sources.variable)
  const { env } = sources
  const fromVariables = Object.fromEntries(
    Object.entries(variables).flatMap(([variable, keyword]) => {
      const value = env[variable]
      return value ? [[keyword, value]] : []
    }),
  )
  const service = given.service ?? (env.PGSERVICE || undefined)
  const ofService = service === undefined ? {} : serviceParts(service, sources)
  const { service: _, ...parts } = { ...fromVariables, ...ofService, ...given }
  // A variable must not lead an address with a host to another one.
  if ((given.host ?? ofService.host) !== undefined && (given.hostaddr ?? ofService.hostaddr) === undefined) {
    delete (parts as { hostaddr?: string }).hostaddr
  }
  const user = parts.user ?? env.USER ?? userInfo().username
  const complete = {
    ...parts,
    host: parts.host ?? parts.hostaddr ?? 'localhost',
    user,
    dbname: parts.dbname ?? user,
  }
  check(complete)
  const { passfile = join(sources.home, '.pgpass'), ...found } = complete
  const file = found.password === undefined ? sources.read(passfile) : undefined
  const password = file === undefined ? undefined : passwordIn(file, found)
  const all = { ...found, ...(password !== undefined && { password }) }
  return { parts: all, shown: shownParts(all) }
}

/** An address as a message may show it, whatever it is: without its password and its parameters. */
export function shownAddress(text: string, sources?: AddressSources): string {
  try {
    return readAddress(text, sources).shown
  } catch {
    return "an address that is not shown, as it can't be read"
  }
}

function shownParts({ host, port, user, password, dbname }: DatabaseAddress['parts']): string {
  return urlOf({
    host,
    port,
    user,
    dbname,
    ...(password !== undefined && { password: '***' }),
  } as AddressParts)
}

/** The address as a URL, for programs that take one. */
export function urlOf({
  host = '',
  port,
  user = '',
  password,
  dbname = '',
  ...parameters
}: AddressParts): string {
  const isSocket = host.startsWith('/')
  const login = `${encodeURIComponent(user)}${password === undefined ? '' : `:${password === '***' ? password : encodeURIComponent(password)}`}`
  const server = isSocket ? '' : host.includes(':') ? `[${host}]` : host
  const query = new URLSearchParams({ ...(isSocket && { host }), ...parameters } as Record<string, string>)
  const text = query.size === 0 ? '' : `?${String(query).replaceAll('+', '%20')}`
  return `postgres://${login}@${server}${port === undefined ? '' : `:${port}`}/${encodeURIComponent(dbname)}${text}`
}

/** The address as the variables that psql and other programs with libpq read. */
export function libpqVariables(parts: AddressParts): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([variable, keyword]) => {
      const value = parts[keyword]
      return value === undefined ? [] : [[variable, value]]
    }),
  )
}

/**
 * What a client connects with. An address without `sslmode` prefers TLS, as psql does (see `withoutTls`).
 * @throws MnemoscopeError DATABASE_ADDRESS for a file that can't be read
 */
export function connectionOf(
  { parts }: DatabaseAddress,
  sources: AddressSources = ownSources(),
): pg.ClientConfig {
  const { host, hostaddr, port, user, password, dbname, options, sslnegotiation, connect_timeout } = parts
  const { channel_binding: binding } = parts
  return {
    host: hostaddr ?? host,
    port: Number(port ?? 5_432),
    user,
    database: dbname,
    ...(password !== undefined && { password }),
    ...(options !== undefined && { options }),
    ...(sslnegotiation !== undefined && { sslnegotiation }),
    ...(binding === 'require' && { enableChannelBinding: true }),
    connectionTimeoutMillis: Number(connect_timeout ?? 5) * 1_000,
    ssl: host.startsWith('/') ? false : tlsOf(parts, sources),
  } as pg.ClientConfig
}

function serviceParts(service: string, { env, read, home }: AddressSources): AddressParts {
  const files = [
    env.PGSERVICEFILE || join(home, '.pg_service.conf'),
    join(env.PGSYSCONFDIR || '/etc/postgresql-common', 'pg_service.conf'),
  ]
  for (const file of files) {
    const text = read(file)
    const parts = text === undefined ? undefined : readService(text, service)
    if (parts === undefined) continue
    if ('problem' in parts)
      throw invalid({ problem: `the service "${service}" in ${file}: ${parts.problem}` })
    return parts
  }
  throw invalid(
    { problem: `there is no service "${service}" in ${files.join(' or ')}` },
    'Add the service to one of these files, or name the file in PGSERVICEFILE.',
  )
}

/** Values that no server needs to be asked about. */
function check(parts: DatabaseAddress['parts']): void {
  const { host, port = '5432', sslmode = 'prefer', connect_timeout: timeout = '5' } = parts
  if (host.includes(',') || port.includes(',')) {
    throw invalid(
      { problem: 'it names several hosts' },
      'Name one: a host name, or a pooler, that leads to the primary.',
    )
  }
  if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
    throw invalid({ problem: `${JSON.stringify(port)} is no port` }, 'Correct the port: 1 to 65535.')
  }
  if (!/^\d{1,4}$/.test(timeout) || Number(timeout) === 0) {
    throw invalid(
      { problem: `connect_timeout is ${JSON.stringify(timeout)}` },
      'Give it in seconds, from 1 on.',
    )
  }
  if (!sslModes.includes(sslmode)) {
    throw invalid(
      { problem: `sslmode is ${JSON.stringify(sslmode)}` },
      `Set sslmode to one of ${sslModes.join(', ')}.`,
    )
  }
}

function invalid({ problem }: Unreadable, next?: string, variable = 'DATABASE_URL'): MnemoscopeError {
  return new MnemoscopeError(
    'DATABASE_ADDRESS',
    `the address of the database (${variable}) is invalid: ${problem}`,
    {
      expected: 'postgres://user:password@host:port/database?sslmode=..., or host=... dbname=...',
      next: next ?? `Correct ${variable} (docs/databases.md#addresses).`,
    },
  )
}

/** @throws MnemoscopeError DATABASE_ADDRESS for a file that is there and can't be read */
function textIn(file: string): string | undefined {
  if (!existsSync(file)) return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw invalid({ problem: `${(cause as Error).message}` }, `Let this user read ${file}.`)
  }
}
