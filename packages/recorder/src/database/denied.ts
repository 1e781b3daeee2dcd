import { MnemoscopeError } from '@mnemoscope/kpi'
import { messageOf } from '../message-of.js'
import { shownAddress } from './address.js'

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
      next: 'Have an administrator run GRANT CREATE ON SCHEMA public TO that user, or give it a schema of its own (docs/databases.md).',
      cause,
    },
  )
}
