import { isIP } from 'node:net'
import { join } from 'node:path'
import { type ConnectionOptions, checkServerIdentity } from 'node:tls'
import { MnemoscopeError } from '@mnemoscope/kpi'
import type { AddressParts } from './address-text.js'

/** https://www.postgresql.org/docs/current/libpq-ssl.html, and `no-verify`, which other Node programs write for `require` */
export const sslModes: readonly string[] = [
  'disable',
  'allow',
  'prefer',
  'require',
  'verify-ca',
  'verify-full',
  'no-verify',
]

interface Files {
  readonly read: (file: string) => string | undefined
  readonly home: string
}

/**
 * The TLS of a connection, false for none. As with psql, `require` encrypts and proves nothing, unless there is a CA to
 * prove it with. Without a file the CAs are those that Node knows, also for `sslrootcert=system`.
 * @throws MnemoscopeError DATABASE_ADDRESS for a file that the address names and that is not there
 */
export function tlsOf(parts: AddressParts, { read, home }: Files): ConnectionOptions | false {
  const { host = '', sslmode = 'prefer', sslrootcert, sslcert, sslkey, sslpassword } = parts
  if (sslmode === 'disable') return false
  const named = (keyword: string, given: string | undefined, usual: string): string | undefined => {
    const file = given ?? join(home, '.postgresql', usual)
    const text = read(file)
    if (text !== undefined || given === undefined) return text
    throw new MnemoscopeError('DATABASE_ADDRESS', `there is no file ${file}, which ${keyword} names`, {
      value: file,
      expected: 'a file in PEM format that this user can read',
      next: `Correct ${keyword} in the address, or PG${keyword.toUpperCase()}.`,
    })
  }
  const isChecked = ['require', 'verify-ca', 'verify-full'].includes(sslmode)
  const ca = isChecked && sslrootcert !== 'system' ? named('sslrootcert', sslrootcert, 'root.crt') : undefined
  const cert = named('sslcert', sslcert, 'postgresql.crt')
  const key = cert === undefined ? undefined : named('sslkey', sslkey, 'postgresql.key')
  const isVerified =
    sslmode.startsWith('verify-') || ca !== undefined || (isChecked && sslrootcert === 'system')
  const comparesName = sslmode === 'verify-full' || sslrootcert === 'system'
  return {
    rejectUnauthorized: isVerified,
    // The name of the address, also where `hostaddr` says where that is.
    checkServerIdentity: (_, certificate) =>
      comparesName ? checkServerIdentity(host, certificate) : undefined,
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(sslpassword !== undefined && { passphrase: sslpassword }),
  }
}

/**
 * Whether to connect again without TLS: the address only prefers it, and the server has none.
 * @param mode `sslmode` of the address
 */
export function goesWithoutTls(mode: string | undefined, error: unknown): boolean {
  return (
    ['prefer', 'allow', undefined].includes(mode) &&
    error instanceof Error &&
    error.message === 'The server does not support SSL connections'
  )
}
