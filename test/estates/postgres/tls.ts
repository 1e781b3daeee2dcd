import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Certificates } from './certificates.js'

/**
 * Settings of a Postgres that takes connections with TLS only.
 * @param withoutTls users besides its superuser who need none
 */
export function tlsSettings(
  folder: string,
  certificates: Certificates,
  withoutTls: readonly string[] = [],
): Record<string, string> {
  const hba = join(folder, 'pg_hba.conf')
  writeFileSync(
    hba,
    [
      `host all mnemoscope${withoutTls.map((user) => `,${user}`).join('')} all scram-sha-256`,
      // A user without a password: the certificate has its name.
      'hostssl all certified all cert',
      'hostssl all all all scram-sha-256',
      '',
    ].join('\n'),
  )
  return {
    hba_file: hba,
    ssl: 'on',
    ssl_cert_file: certificates.serverCertificate,
    ssl_key_file: certificates.serverKey,
    ssl_ca_file: certificates.ca,
  }
}
