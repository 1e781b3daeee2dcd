import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

declare global {
  /** Ends what the global setup has started. */
  var endSharedServers: (() => Promise<void>) | undefined
}

/**
 * Runs before the first test file, in the process that starts jest's workers. It offers them one Postgres: whoever asks
 * first at MNEMOSCOPE_TEST_POSTGRES has it started, and everybody gets its address. A run without such a test starts none.
 */
export default async function globalSetup(): Promise<void> {
  let starting: ReturnType<typeof startPostgres> | undefined
  const server = createServer((_, response) => {
    // A worker asks again minutes later: on a connection kept until then it could meet its end.
    response.setHeader('connection', 'close')
    starting ??= startPostgres()
    starting.then(
      ({ url }) => response.end(url),
      (error: Error) => response.writeHead(500).end(error.stack),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  process.env.MNEMOSCOPE_TEST_POSTGRES = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  globalThis.endSharedServers = async () => {
    server.close()
    server.closeAllConnections()
    await starting?.then(({ stop }) => stop()).catch(() => undefined)
  }
}

async function startPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  // Jest runs this file as CommonJS: only what is already built can be loaded, and only so.
  const servers = await import('@mnemoscope/servers')
  const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-shared-postgres-'))
  // Postgres is another user when root runs the tests.
  chmodSync(folder, 0o755)
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  // Many files have their pools on it at once.
  const settings = { max_connections: '400' }
  const { url, stop } = await servers.startPostgres({ stateDir: folder, port: 0, durable: false, settings })
  await makeLoginsCheap(url)
  return {
    url,
    stop: async () => {
      await stop()
      remove()
    },
  }
}

/** A password costs client and server 4,096 hashes for each connection, and tests make thousands of them. */
async function makeLoginsCheap(url: string): Promise<void> {
  const { default: pg } = await import('pg')
  const client = new pg.Client(url)
  await client.connect()
  const { username, password } = new URL(url)
  // Before Postgres 16 it cannot be chosen.
  await client.query('SET scram_iterations = 1').catch(() => undefined)
  const [user, secret] = [
    pg.escapeIdentifier(decodeURIComponent(username)),
    pg.escapeLiteral(decodeURIComponent(password)),
  ]
  await client.query(`ALTER ROLE ${user} PASSWORD ${secret}`)
  await client.end()
}
