import { MnemoscopeError } from '@mnemoscope/kpi'
import { messageOf } from '../message-of.js'
import { shownAddress } from './address.js'

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

/** The error a person sees when the database does not answer. */
export function databaseUnreachable(databaseUrl: string, cause: unknown): MnemoscopeError {
  const { errors } = cause as { errors?: unknown }
  const reason = Array.isArray(errors) ? errors.map(messageOf).join('; ') : messageOf(cause)
  return new MnemoscopeError(
    'DATABASE_UNREACHABLE',
    `Postgres does not answer at ${shownAddress(databaseUrl)}: ${reason}`,
    {
      value: shownAddress(databaseUrl),
      expected: 'a running Postgres 14 or later and a connection string that may log in to it',
      next: 'Start Postgres or correct DATABASE_URL, then run the command again.',
      cause,
    },
  )
}
