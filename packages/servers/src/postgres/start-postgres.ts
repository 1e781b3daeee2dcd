import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { MnemoscopeError } from '@mnemoscope/kpi'
import { endLeftover } from '../process/leftovers.js'
import { startProcess } from '../process/start-process.js'
import { waitUntil } from '../process/wait-until.js'
import { secretIn } from '../secret-file.js'
import { onPort, type RunningServer, type ServerOptions } from '../servers/server.js'
import { type Account, isReachable, makeOpenFolder, placeFor, postgresAccount } from './account.js'
import { chosenBinaries, findPostgres, majorVersionOf, runnableBinaries } from './binaries.js'
import { createCluster, databaseName, postgresEnv, removeStaleLock, requireVersion } from './cluster.js'
import { acceptsConnections, createDatabase } from './database.js'

export interface PostgresOptions extends ServerOptions {
  /** Default true. False trades safety against power loss for speed: for tests. */
  readonly durable?: boolean
  /** Further settings of postgresql.conf, by name. */
  readonly settings?: Readonly<Record<string, string>>
  /**
   * Folder with `bin`, `lib` and `share` of another Postgres, 14 or later, such as /usr/lib/postgresql/17.
   * Default: what `findPostgres` finds.
   */
  readonly binaries?: string
  /** Where root's Postgres lives if the state directory is closed to others. Default /var/lib/mnemoscope. */
  readonly fallbackRoot?: string
}

export interface RunningPostgres extends RunningServer {
  /** Where the cluster lies: `STATE_DIR/postgres/data` unless the account Postgres runs as cannot reach that. */
  readonly dataDir: string
}

/**
 * Starts Postgres on 127.0.0.1 (TCP only) with a superuser and a database called `mnemoscope`; makes both at the first
 * start. `url` is a connection string with the password, which is kept in `STATE_DIR/postgres-password` (mode 0600).
 * Started by root it runs as uid 65534.
 *
 * Throws PORT_IN_USE, ALREADY_RUNNING, DATABASE_VERSION, TOOL_MISSING, TOOL_CHECKSUM, PROCESS_ENDED, PROCESS_NOT_READY.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const stateDir = resolve(options.stateDir)
  mkdirSync(stateDir, { recursive: true })
  const account = postgresAccount()
  const place = placeFor(stateDir, account, options.fallbackRoot ?? '/var/lib/mnemoscope')
  const dataDir = resolve(options.dataDir ?? join(place, 'data'))
  requireReachable(dataDir, account)

  makeOpenFolder(place)
  const { binaries: chosen } = options
  const found =
    chosen === undefined ? await findPostgres({ toolsDir: join(stateDir, 'tools') }) : chosenBinaries(chosen)
  const binaries = runnableBinaries(found, account, place)
  const major = majorVersionOf(binaries)
  if (existsSync(join(dataDir, 'PG_VERSION'))) requireVersion(dataDir, major)
  const password = secretIn(join(stateDir, 'postgres-password'))
  await createCluster(binaries, dataDir, password, account, options.durable ?? true, major)
  await endLeftover(stateDir, 'postgres')
  removeStaleLock(dataDir)

  return onPort({ name: 'postgres', stateDir, port: options.port }, async (port) => {
    // Nothing but this machine reaches it, whatever PGSSLMODE asks of other servers.
    const url = (database: string) =>
      `postgres://${databaseName}:${password}@127.0.0.1:${port}/${database}?sslmode=disable`
    const start = () =>
      startProcess({
        name: 'postgres',
        command: join(binaries, 'bin/postgres'),
        args: ['-D', dataDir, '-p', String(port), '-k', '', ...settingArgs(options)],
        env: postgresEnv,
        ...account,
        cwd: dataDir,
        stateDir,
        ready: () => acceptsConnections(url('postgres')),
        readyTimeoutMs: options.readyTimeoutMs ?? 60_000,
        // "Fast shutdown": SIGTERM would wait for every client to leave.
        stopSignal: 'SIGINT',
        stopGraceMs: options.stopGraceMs ?? 20_000,
      })
    const server = await whenMemoryIsReleased(start)
    await createDatabase(url('postgres')).catch(async (error) => {
      await server.stop()
      throw error
    })
    return { ...server, url: url(databaseName), port, dataDir }
  })
}

function settingArgs({ durable = true, settings = {} }: PostgresOptions): string[] {
  const all = {
    listen_addresses: '127.0.0.1',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...settings,
  }
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/** The backends of a server that was killed need a moment to notice; until then its shared memory is in use. */
async function whenMemoryIsReleased<T>(start: () => Promise<T>): Promise<T> {
  let result: T | undefined
  const isInUse = (error: unknown) => String(error).includes('pre-existing shared memory block')
  let last: unknown
  await waitUntil(
    async () => {
      try {
        result = await start()
        return true
      } catch (error) {
        last = error
        if (!isInUse(error)) throw error
        return false
      }
    },
    10_000,
    200,
  )
  if (result === undefined) throw last
  return result
}

function requireReachable(dataDir: string, account: Account | undefined): void {
  if (account === undefined || isReachable(dataDir, account)) return
  throw new MnemoscopeError(
    'CONFIG_INVALID',
    `user ${account.uid}, as which root runs Postgres, cannot reach ${dataDir}`,
    {
      value: dataDir,
      expected: 'a data directory below folders that others may pass through',
      next: 'leave the data directory out to have one chosen, or run as an ordinary user',
    },
  )
}
