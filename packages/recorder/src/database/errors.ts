import { type ErrorCode, MnemoscopeError } from '@mnemoscope/kpi'
import { messageOf } from '../message-of.js'
import { shownAddress } from './address.js'

/** SQLSTATEs that mean "no session": connection, authorization, no such database, shutting down, no connection left. */
const noSession = /^(?:08...|28...|3D000|57P0[1-3]|53300)$/

/** Codes of Node for a connection that did not come about or broke. */
const noConnection =
  /^(?:ECONN\w+|EHOST\w+|ENET\w+|ENOTFOUND|EPIPE|ETIMEDOUT|EACCES|ENOENT|EAI_\w+|ERR_INVALID_URL|ERR_SOCKET_\w+)$/

/** Codes of Node and OpenSSL for TLS that did not come about. */
const noTls =
  /^(?:ERR_(?:TLS|SSL|OSSL)_\w+|CERT_\w+|UNABLE_TO_\w+|(?:DEPTH_ZERO_)?SELF_SIGNED_\w+|INVALID_CA|HOSTNAME_MISMATCH)$/

/** What the client says where it has no code for it. */
const noAnswer =
  /timeout|Connection terminated|connection error|not queryable|SSL connection|^SASL|client password must be|channel binding/i

/** Whether an error means that Postgres could not be reached, as opposed to a statement that it refused. */
export function isUnreachable(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  if (typeof code === 'string') return noSession.test(code) || noConnection.test(code) || noTls.test(code)
  return noAnswer.test(messageOf(error))
}

/** Whether Postgres, or a pooler, has no connection left for this user now. */
export function isFull(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  return code === '53300' || (code === '08P01' && /no more connections/i.test(messageOf(error)))
}

/** What keeps a client from a session, and what to do about it. The first whose code and message fit counts. */
interface Refusal {
  readonly code?: RegExp
  readonly message?: RegExp
  readonly what: string
  readonly next: string
}

const refusals: readonly Refusal[] = [
  {
    message: /unsupported startup parameter/,
    what: 'is behind a pooler that takes no options of the address',
    next: 'Remove "options" from the address, and give the role that setting: ALTER ROLE ... IN DATABASE ... SET search_path = ...',
  },
  {
    message: /client password must be|no password supplied|empty password/,
    what: 'asks for a password, and there is none',
    next: 'Add the password to the address, or set PGPASSWORD, or write it into ~/.pgpass (readable by this user only)',
  },
  {
    message: /certificate required|client certificate|alert (?:unknown ca|bad certificate|certificate)/i,
    what: 'does not accept the client certificate, or asks for one',
    next: 'Set sslcert and sslkey to the files of a certificate that the server trusts, for this user',
  },
  {
    code: /^(?:ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/,
    what: 'has a certificate for another name',
    next: 'Use the host name of its certificate in the address, or sslmode=verify-ca, which compares no names',
  },
  {
    code: /^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/,
    what: 'has a certificate that is not valid now',
    next: 'Renew the certificate of the server, or correct the clock of this machine',
  },
  {
    code: /^(?:UNABLE_TO_\w+|(?:DEPTH_ZERO_)?SELF_SIGNED_\w+|CERT_\w+|INVALID_CA)$/,
    what: 'has a certificate that is not trusted here',
    next: 'Set sslrootcert to the file of the CA that signed it',
  },
  {
    message: /does not support SSL/,
    what: 'has no TLS',
    next: 'Turn on TLS there, or set sslmode=disable if the network in between is safe',
  },
  {
    code: /^ERR_OSSL_/,
    what: 'can not be asked with the certificate files of the address',
    next: 'Correct sslrootcert, sslcert and sslkey: PEM files, the key of that certificate; sslpassword if the key is encrypted',
  },
  {
    // PgBouncer passes on what Postgres says to it, under a code of its own.
    code: /^(?:08P01|28...)$/,
    message: /no encryption|SSL off|SSL required/,
    what: 'takes connections with TLS only',
    next: 'Set sslmode=verify-full, or require',
  },
  {
    code: /^(?:08P01|28...)$/,
    message: /pg_hba\.conf/,
    what: 'lets this user not in from here',
    next: 'Add a line for this user, database and address to pg_hba.conf',
  },
  { code: /^28/, what: 'refuses the user or the password', next: 'Correct user and password' },
  {
    message: /authentication failed|auth failed|no such user/,
    what: 'refuses the user or the password',
    next: 'Correct user and password',
  },
  { code: /^3D000$/, what: 'has no such database', next: 'Create the database, or correct its name' },
  {
    message: /no such database|database ".*" does not exist/,
    what: 'has no such database',
    next: 'Create the database, or correct its name',
  },
  {
    code: /^53300$/,
    what: 'has no connection left',
    next: 'Raise the CONNECTION LIMIT of the role or max_connections, lower MNEMOSCOPE_DATABASE_CONNECTIONS, or use a pooler',
  },
  {
    message: /no more connections/,
    what: 'has no connection left',
    next: 'Raise max_client_conn of the pooler, or lower MNEMOSCOPE_DATABASE_CONNECTIONS',
  },
]
const silence = { what: 'does not answer', next: 'Start Postgres, or correct the address' } as const

/** The error a person sees when no session with the database begins. */
export function databaseUnreachable(databaseUrl: string, cause: unknown): MnemoscopeError {
  const address = shownAddress(databaseUrl)
  const { errors, code } = cause as { errors?: unknown; code?: string }
  const reason = Array.isArray(errors) ? errors.map(messageOf).join('; ') : messageOf(cause)
  const { what, next } =
    refusals.find(
      (each) => (each.code?.test(String(code)) ?? true) && (each.message?.test(reason) ?? true),
    ) ?? silence
  return new MnemoscopeError('DATABASE_UNREACHABLE', `Postgres at ${address} ${what}: ${reason}`, {
    value: address,
    expected: 'a running Postgres 14 or later',
    next: `${next} (docs/databases.md#addresses), then run the command again.`,
    cause,
  })
}

/** What a person sees of a failed command: an error of ours, or the cause itself where it is a mistake of ours. */
export function databaseFailure(databaseUrl: string, cause: unknown): unknown {
  if (cause instanceof MnemoscopeError) return cause
  if (isUnreachable(cause)) return databaseUnreachable(databaseUrl, cause)
  const trouble = troubleOf(cause)
  return trouble === undefined ? cause : databaseUnable(databaseUrl, trouble, cause)
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
