import { execFile } from 'node:child_process'
import { chmodSync, chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { postgresAccount } from '../../../packages/servers/src/postgres/account.js'

/** Files of a private CA, of a server's certificate for `localhost`, and of a user's. */
export interface Certificates {
  readonly ca: string
  readonly serverCertificate: string
  readonly serverKey: string
  readonly clientCertificate: string
  readonly clientKey: string
}

/** Makes them with openssl, which has to be on PATH. @param user the name in the user's certificate */
export async function makeCertificates(folder: string, user: string): Promise<Certificates> {
  const file = (name: string) => join(folder, name)
  const openssl = (...args: string[]) => promisify(execFile)('openssl', args, { cwd: folder })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  await openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-days',
    '2',
    '-subj',
    '/CN=Private CA',
  )
  const signed = async (name: string, subject: string, extension: string) => {
    writeFileSync(file(`${name}.ext`), extension)
    await openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${subject}`)
    await openssl(
      ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'],
      ...['-out', `${name}.crt`, '-days', '2', '-extfile', `${name}.ext`],
    )
  }
  await signed('server', 'localhost', 'subjectAltName=DNS:localhost\n')
  await signed('client', user, 'extendedKeyUsage=clientAuth\n')
  const account = postgresAccount()
  // Postgres takes no key that others may read.
  chmodSync(file('server.key'), 0o600)
  if (account !== undefined) chownSync(file('server.key'), account.uid, account.gid)
  return {
    ca: file('ca.crt'),
    serverCertificate: file('server.crt'),
    serverKey: file('server.key'),
    clientCertificate: file('client.crt'),
    clientKey: file('client.key'),
  }
}
