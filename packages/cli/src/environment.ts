import { readFileSync } from 'node:fs'
import type { Config } from '@mnemoscope/kpi'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'

/** The database named by DATABASE_URL; undefined if it is unset or empty. */
export function databaseUrl(): string | undefined {
  return process.env.DATABASE_URL || undefined
}

/**
 * The token of requests that write to the recorder: MNEMOSCOPE_TOKEN, or the text of the file in MNEMOSCOPE_TOKEN_FILE.
 * Undefined if both are unset or empty.
 * @throws MnemoscopeError USAGE if the file has no token: the recorder must not run without the token it should have
 */
export function changeToken(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { MNEMOSCOPE_TOKEN: token, MNEMOSCOPE_TOKEN_FILE: file } = env
  if (token || !file) return token || undefined
  const written = readToken(file)
  if (written !== '') return written
  throw noToken(file, 'it is empty')
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw noToken(file, cause instanceof Error ? cause.message : String(cause), cause)
  }
}

function noToken(file: string, why: string, cause?: unknown): MnemoscopeError {
  return new MnemoscopeError('USAGE', `MNEMOSCOPE_TOKEN_FILE: no token in ${file}: ${why}`, {
    value: file,
    expected: 'a file with the token that this user can read',
    next: 'Write the token into it, or unset MNEMOSCOPE_TOKEN_FILE.',
    cause,
  })
}

/** A note if the recorder has a token that Alertmanager may not send; else undefined. */
export function tokenNote({ alerting }: Config): string | undefined {
  if (changeToken() === undefined || alerting.recorderTokenFile !== undefined) return undefined
  return (
    'The recorder has a token (MNEMOSCOPE_TOKEN), but alerting.recorderTokenFile is not set. If Alertmanager does not send the ' +
    'token (the one of docker-compose.yml does), the recorder refuses its notifications and gets alerts only from Prometheus. ' +
    'Set alerting.recorderTokenFile to a file with the token.'
  )
}

/** @throws MnemoscopeError USAGE if DATABASE_URL is not set */
export function requiredDatabaseUrl(): string {
  const url = databaseUrl()
  if (url !== undefined) return url
  throw new MnemoscopeError('USAGE', 'DATABASE_URL is not set', {
    expected: 'postgres://user:password@host:port/database, or postgres:// if PG* variables name it',
    next: 'Set DATABASE_URL to the Postgres that keeps the history, or use `npx mnemoscope up`, which starts one.',
  })
}

/**
 * Most connections of the recorder to the database, from MNEMOSCOPE_DATABASE_CONNECTIONS; undefined if it is unset or empty.
 * @throws MnemoscopeError USAGE
 */
export function databaseConnections(env: NodeJS.ProcessEnv = process.env): number | undefined {
  const { MNEMOSCOPE_DATABASE_CONNECTIONS: text } = env
  if (!text) return undefined
  const connections = Number(text)
  if (Number.isInteger(connections) && connections >= 3 && connections <= 1_000) return connections
  throw new MnemoscopeError('USAGE', `MNEMOSCOPE_DATABASE_CONNECTIONS is ${JSON.stringify(text)}`, {
    value: text,
    expected: 'a number of connections from 3 to 1000',
    next: 'Correct it, or unset it for 16.',
  })
}
