import { MnemoscopeError } from '@mnemoscope/kpi'

/** The database named by DATABASE_URL; undefined where it is unset or empty. */
export function databaseUrl(): string | undefined {
  return process.env.DATABASE_URL || undefined
}

/** What a request that changes the configuration must carry; undefined where MNEMOSCOPE_TOKEN is unset or empty. */
export function changeToken(): string | undefined {
  return process.env.MNEMOSCOPE_TOKEN || undefined
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
