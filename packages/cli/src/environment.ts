import { type Config, MnemoscopeError } from '@mnemoscope/kpi'

/** The database named by DATABASE_URL; undefined where it is unset or empty. */
export function databaseUrl(): string | undefined {
  return process.env.DATABASE_URL || undefined
}

/** What a request that writes to the recorder must carry; undefined where MNEMOSCOPE_TOKEN is unset or empty. */
export function changeToken(): string | undefined {
  return process.env.MNEMOSCOPE_TOKEN || undefined
}

/** What to tell where the recorder has a token that Alertmanager does not send; undefined where all is well. */
export function tokenNote({ alerting }: Config): string | undefined {
  if (changeToken() === undefined || alerting.recorderTokenFile !== undefined) return undefined
  return (
    'MNEMOSCOPE_TOKEN is set and alerting.recorderTokenFile is not: the recorder will refuse what Alertmanager sends, ' +
    'and learns of alerts from Prometheus alone. Name a file with the token there.'
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
