import { readFileSync } from 'node:fs'
import { type Config, MnemoscopeError } from '@mnemoscope/kpi'

/** The database named by DATABASE_URL; undefined where it is unset or empty. */
export function databaseUrl(): string | undefined {
  return process.env.DATABASE_URL || undefined
}

/**
 * What a request that writes to the recorder must carry: MNEMOSCOPE_TOKEN, or what the file holds that
 * MNEMOSCOPE_TOKEN_FILE names. Undefined where both are unset or empty.
 * @throws MnemoscopeError USAGE where the file has no token: a recorder that was to have one must not go without
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
    expected: 'a file that holds the token, and that this user may read',
    next: 'Write the token into it, or unset MNEMOSCOPE_TOKEN_FILE.',
    cause,
  })
}

/** What to tell where the recorder has a token that Alertmanager does not send; undefined where all is well. */
export function tokenNote({ alerting }: Config): string | undefined {
  if (changeToken() === undefined || alerting.recorderTokenFile !== undefined) return undefined
  return (
    'The recorder has a token (MNEMOSCOPE_TOKEN) but alerting.recorderTokenFile is not set. Unless Alertmanager sends the token all ' +
    'the same, as that of docker-compose.yml does, the recorder refuses what it sends, and learns of alerts from Prometheus alone. ' +
    'Name a file with the token there.'
  )
}

/** @throws MnemoscopeError USAGE where DATABASE_URL names no database */
export function requiredDatabaseUrl(): string {
  const url = databaseUrl()
  if (url !== undefined) return url
  throw new MnemoscopeError('USAGE', 'DATABASE_URL is not set', {
    expected: 'postgres://user:password@host:port/database',
    next: 'Set DATABASE_URL to the Postgres that keeps the history, or use `mnemoscope up`, which brings one.',
  })
}
