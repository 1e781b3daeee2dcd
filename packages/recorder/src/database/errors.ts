import { type ErrorCode, MnemoscopeError } from '@mnemoscope/kpi'
import { messageOf } from '../message-of.js'

const unreadable = 'an address that is not shown, as it is not postgres://user:password@host:port/database'

/**
 * Where a connection string leads, for messages: without its password and its options, which can hold one. Nothing of one
 * that is not an address, such as `host=... password=...`, or that has a password with characters that end it too soon.
 */
export function shownAddress(databaseUrl: string): string {
  if (!URL.canParse(databaseUrl)) return unreadable
  const { protocol, username, password, host, pathname, search, hash } = new URL(databaseUrl)
  // What follows an unencoded "/", "?" or "#" of a password has the "@" before the host.
  if (!/^postgres(?:ql)?:$/.test(protocol) || [pathname, search, hash].some((part) => /@|%40/.test(part)))
    return unreadable
  const login = username === '' ? '' : `${username}${password === '' ? '' : ':***'}@`
  return `${protocol}//${login}${host}${pathname}`
}

/** SQLSTATEs that mean "no session": connection, authorization, no such database, shutting down, no connection left. */
const noSession = /^(?:08...|28...|3D000|57P0[1-3]|53300)$/

/** Codes of Node for a connection that did not come about or broke. */
const noConnection =
  /^(?:ECONN\w+|EHOST\w+|ENET\w+|ENOTFOUND|EPIPE|ETIMEDOUT|EACCES|ENOENT|EAI_\w+|ERR_INVALID_URL|ERR_SOCKET_\w+)$/

/** Whether an error means that Postgres could not be reached, as opposed to a statement that it refused. */
export function isUnreachable(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  if (typeof code === 'string') return noSession.test(code) || noConnection.test(code)
  return /timeout|Connection terminated|connection error|not queryable/i.test(messageOf(error))
}

/** What keeps a client from a session, by SQLSTATE, and what to do about it. */
const refusals = [
  { states: /^28/, what: 'refuses the user or the password', next: 'Correct user and password' },
  { states: /^3D000$/, what: 'has no such database', next: 'Create the database, or correct its name' },
  { states: /^53300$/, what: 'has no connection left', next: 'Raise max_connections, or use a pooler' },
] as const
const silence = { what: 'does not answer', next: 'Start Postgres, or correct the address' } as const

/** The error a person sees when no session with the database begins. */
export function databaseUnreachable(databaseUrl: string, cause: unknown): MnemoscopeError {
  const address = shownAddress(databaseUrl)
  const { errors, code } = cause as { errors?: unknown; code?: string }
  const reason = Array.isArray(errors) ? errors.map(messageOf).join('; ') : messageOf(cause)
  const { what, next } = refusals.find(({ states }) => states.test(String(code))) ?? silence
  return new MnemoscopeError(
    'DATABASE_UNREACHABLE',
    // Where a password was read as a host or a database, the reason quotes it.
    `Postgres at ${address} ${what}: ${address === unreadable ? (code ?? 'no connection') : reason}`,
    {
      value: address,
      expected:
        'a running Postgres 14 or later, and postgres://user:password@host:port/database with a password that is percent-encoded',
      next: `${next} (DATABASE_URL), then run the command again.`,
      ...(address !== unreadable && { cause }),
    },
  )
}

/** SQLSTATEs of a user without the right to make tables: privilege missing, no schema that may be created in. */
const denied = /^(?:42501|3F000)$/

/** Whether Postgres refused a statement because its user may not do that. */
export function isDenied(error: unknown): boolean {
  return denied.test(String((error as { code?: unknown } | undefined)?.code))
}

/** The error a person sees where the database's user may not make the recorder's tables. */
export function databaseDenied(databaseUrl: string, cause: unknown): MnemoscopeError {
  return new MnemoscopeError(
    'DATABASE_DENIED',
    `the user of ${shownAddress(databaseUrl)} may not make the recorder's tables: ${messageOf(cause)}`,
    {
      value: shownAddress(databaseUrl),
      expected: 'a user who owns its database, or a schema in it that is first on its search_path',
      next: 'Have an administrator run GRANT CREATE ON SCHEMA public TO that user, or give it its own schema (docs/databases.md).',
      cause,
    },
  )
}

/** The error a person sees where the recorder's tables are another user's. */
export function databaseNotOwned(databaseUrl: string, owner: string, cause: unknown): MnemoscopeError {
  return new MnemoscopeError(
    'DATABASE_DENIED',
    `the recorder's tables belong to the user "${owner}", and the user of ${shownAddress(databaseUrl)} may not change them: ${messageOf(cause)}`,
    {
      value: shownAddress(databaseUrl),
      expected: `the user "${owner}"`,
      next: `Name the user "${owner}" in DATABASE_URL, or use another database or schema (docs/databases.md).`,
      cause,
    },
  )
}

/** A failure of Postgres that passes: why it can't work at present. */
export interface Trouble {
  readonly code: Extract<ErrorCode, 'DATABASE_UNREACHABLE' | 'DATABASE_UNABLE'>
  readonly message: string
  /** What to do about it. */
  readonly next: string
  /** When it is worth trying again. */
  readonly retrySeconds: number
}

interface Unable extends Omit<Trouble, 'code'> {
  /** SQLSTATEs: https://www.postgresql.org/docs/current/errcodes-appendix.html */
  readonly states: RegExp
}

/** The first that fits counts. */
const unable: readonly Unable[] = [
  {
    states: /^53100$/,
    message: 'Postgres has no space left on its disk.',
    next: 'Free space on the disk of Postgres, or lower retention; what was refused is sent again by itself.',
    retrySeconds: 30,
  },
  {
    // A standby, or what a managed Postgres becomes when its disk is full.
    states: /^25006$/,
    message: 'Postgres takes no writes: it is read-only.',
    next: 'Point DATABASE_URL at the primary, and see whether its disk is full.',
    retrySeconds: 30,
  },
  {
    states: /^53...$/,
    message: 'Postgres is out of memory, or at another of its limits.',
    next: "See Postgres' log for the limit.",
    retrySeconds: 10,
  },
  {
    // Cancelled, waited too long for a lock, or lost against another transaction.
    states: /^(?:57...|55P03|40001|40P01|25P0[34])$/,
    message: 'Postgres did not finish in time, or was stopped.',
    next: "Try again; if it stays so, see Postgres' log for what holds it up.",
    retrySeconds: 5,
  },
  {
    states: /^58...$/,
    message: "Postgres' own machine fails it: a file can't be read or written.",
    next: "See Postgres' log and the disk that its data are on.",
    retrySeconds: 30,
  },
]

/** What a failure of a statement means, undefined where trying again would not help: a mistake of ours. */
export function troubleOf(error: unknown): Trouble | undefined {
  if (isUnreachable(error)) {
    return {
      code: 'DATABASE_UNREACHABLE',
      message: 'Postgres does not answer.',
      next: 'Try again; /readyz says when it is back.',
      retrySeconds: 5,
    }
  }
  const { code } = (error ?? {}) as { code?: unknown }
  if (typeof code !== 'string') return undefined
  const found = unable.find(({ states }) => states.test(code))
  if (found === undefined) return undefined
  const { states: _, ...rest } = found
  return { code: 'DATABASE_UNABLE', ...rest }
}

/** The error a person sees where Postgres answers a command and can't do its work. */
export function databaseUnable(databaseUrl: string, trouble: Trouble, cause: unknown): MnemoscopeError {
  const { message, next } = trouble
  return new MnemoscopeError(
    'DATABASE_UNABLE',
    `${shownAddress(databaseUrl)}: ${message} It says: ${messageOf(cause)}`,
    { value: shownAddress(databaseUrl), expected: 'a Postgres that can store', next, cause },
  )
}
