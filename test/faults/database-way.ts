import { join } from 'node:path'
import { makeRecorder } from '@mnemoscope/servers'
import pg from 'pg'
import { makeCertificates } from '../estates/postgres/certificates.js'
import { findPgBouncer, startPgBouncer } from '../estates/postgres/pgbouncer.js'
import { tlsSettings } from '../estates/postgres/tls.js'

/**
 * How the recorder comes to Postgres: by itself; through PgBouncer in transaction mode; with TLS, a private CA and
 * `verify-full`; as a role with five connections.
 */
export const databaseWays = ['direct', 'pgbouncer', 'tls', 'few'] as const
export type DatabaseWay = (typeof databaseWays)[number]

/** What a way needs of Postgres, and the address of the recorder once Postgres runs. */
export interface PreparedWay {
  readonly settings: Readonly<Record<string, string>>
  /** @param url address of the administrator */
  open(url: string): Promise<{ url: string; port: number; stop(): Promise<void> }>
}

const nothing = async () => undefined

export async function prepareWay(way: DatabaseWay, folder: string): Promise<PreparedWay> {
  if (way === 'pgbouncer') {
    const program = await findPgBouncer()
    if (!program.isThere) throw new Error(program.reason)
    return {
      settings: {},
      async open(url) {
        const { port, username, password } = new URL(url)
        const server = await startPgBouncer(program, folder, Number(port), { [username]: password })
        return { url, port: server.port, stop: server.stop }
      },
    }
  }
  if (way === 'tls') {
    const certificates = await makeCertificates(folder, 'recorder')
    return {
      settings: tlsSettings(folder, certificates),
      async open(url) {
        const own = new URL(await makeRecorder(url, login))
        own.hostname = 'localhost'
        own.search = `?sslmode=verify-full&sslrootcert=${join(folder, 'ca.crt')}&hostaddr=127.0.0.1`
        return { url: own.href, port: Number(own.port), stop: nothing }
      },
    }
  }
  return {
    settings: {},
    async open(url) {
      const own = way === 'few' ? await makeRecorder(url, login) : url
      if (way === 'few') await limit(url)
      return { url: own, port: Number(new URL(own).port), stop: nothing }
    },
  }
}

const login = { role: 'recorder', password: 'recorder' }

async function limit(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`ALTER ROLE ${login.role} CONNECTION LIMIT 5`)
  await client.end()
}
