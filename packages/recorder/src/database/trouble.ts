import { type ErrorCode, MnemoscopeError } from '@mnemoscope/kpi'
import { messageOf } from '../message-of.js'
import { shownAddress } from './address.js'
import { isUnreachable } from './unreachable.js'

/** Why Postgres can't do at present what it would do at another time. */
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
    message: 'Postgres is out of memory, or at another limit of its own.',
    next: "See Postgres' log for the limit that it met.",
    retrySeconds: 10,
  },
  {
    // Cancelled, waited too long for a lock, or lost against another transaction.
    states: /^(?:57...|55P03|40001|40P01|25P0[34])$/,
    message: 'Postgres did not finish in time, or was told to stop.',
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
