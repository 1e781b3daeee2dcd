import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort, type ServerProcess, startProcess } from '@mnemoscope/servers'
import { postgresAccount } from '../../../packages/servers/src/postgres/account.js'
import { type DebianProgram, findDebianProgram } from '../../harness/debian-program.js'

export const findPgBouncer = (): Promise<DebianProgram> => findDebianProgram('pgbouncer')

/** A pooler in transaction mode; every other setting is its default. */
export interface PgBouncer extends ServerProcess {
  readonly port: number
}

/**
 * @param folder others may read it: PgBouncer refuses to run as root
 * @param users names with their passwords
 */
export async function startPgBouncer(
  program: DebianProgram & { isThere: true },
  folder: string,
  postgresPort: number,
  users: Readonly<Record<string, string>>,
): Promise<PgBouncer> {
  const port = await freePort()
  const userFile = join(folder, 'pgbouncer-users')
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  const lines = Object.entries(users).map(([name, password]) => `${quoted(name)} ${quoted(password)}\n`)
  writeFileSync(userFile, lines.join(''))
  const configFile = join(folder, 'pgbouncer.ini')
  writeFileSync(
    configFile,
    [
      '[databases]',
      `* = host=127.0.0.1 port=${postgresPort}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      `auth_file = ${userFile}`,
      'auth_type = scram-sha-256',
      'pool_mode = transaction',
      '',
    ].join('\n'),
  )
  const server = await startProcess({
    name: 'pgbouncer',
    command: program.command,
    args: [configFile],
    env: { PATH: process.env.PATH, ...program.env },
    ...postgresAccount(),
    stateDir: folder,
    ready: () => accepts(port),
    readyTimeoutMs: 20_000,
  })
  return { ...server, port }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
