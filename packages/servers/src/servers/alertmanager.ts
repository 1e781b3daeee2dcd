import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { childEnvironment } from '../process/environment.js'
import { startProcess } from '../process/start-process.js'
import { isOlder, unknownVersion } from '../tools/program.js'
import { loginHeaders, type ServerLogin, webConfigArgs } from './login.js'
import { answersOk, onPort, type RunningServer, type ServerOptions } from './server.js'

export interface AlertmanagerOptions extends ServerOptions {
  /** Path of the program, as `findTool('alertmanager')` gives it. */
  readonly command: string
  readonly configFile: string
  /** How long silences and notification state are kept (`120h`). Default 120h, Alertmanager's own. */
  readonly retention?: string
  /** What every request to it needs. Default: nothing, so that every program on this machine and some web pages may use it. */
  readonly login?: ServerLogin | undefined
  /** Address by which people's browsers reach it, for links in messages. Default: where it listens. */
  readonly externalUrl?: string
  /** Features that are off by default. Default none. */
  readonly features?: readonly string[]
  readonly extraArgs?: readonly string[]
}

/**
 * Starts Alertmanager on 127.0.0.1, reloadable by SIGHUP. Default data directory: `STATE_DIR/alertmanager`.
 * Throws PORT_IN_USE, ALREADY_RUNNING, PROCESS_ENDED, PROCESS_NOT_READY.
 */
export async function startAlertmanager(options: AlertmanagerOptions): Promise<RunningServer> {
  const stateDir = resolve(options.stateDir)
  const dataDir = resolve(options.dataDir ?? join(stateDir, 'alertmanager'))
  mkdirSync(stateDir, { recursive: true })
  mkdirSync(dataDir, { recursive: true })
  return onPort({ name: 'alertmanager', stateDir, port: options.port }, async (port) => {
    const url = `http://127.0.0.1:${port}`
    const server = await startProcess({
      name: 'alertmanager',
      command: options.command,
      args: [...alertmanagerArgs(options, dataDir, port), ...(options.extraArgs ?? [])],
      // It notifies receivers.
      env: childEnvironment(['network']),
      stateDir,
      ready: () => answersOk(`${url}/-/ready`, loginHeaders(options.login)),
      readyTimeoutMs: options.readyTimeoutMs ?? 60_000,
      stopGraceMs: options.stopGraceMs ?? 20_000,
    })
    return { ...server, url, port }
  })
}

/** An empty cluster address turns gossip off: by default it listens on every interface. */
export function alertmanagerArgs(options: AlertmanagerOptions, dataDir: string, port: number): string[] {
  const { configFile, retention, features = [] } = options
  return [
    `--config.file=${resolve(configFile)}`,
    `--storage.path=${dataDir}`,
    `--web.listen-address=127.0.0.1:${port}`,
    // By default it is the machine's name, which usually nobody can open.
    `--web.external-url=${options.externalUrl ?? `http://127.0.0.1:${port}`}`,
    '--web.route-prefix=/',
    '--cluster.listen-address=',
    ...webConfigArgs(options.login),
    ...(retention === undefined ? [] : [`--data.retention=${retention}`]),
    ...(features.length === 0 ? [] : [`--enable-feature=${features.join(',')}`]),
  ]
}

/** Features by which an Alertmanager tells what became of its notifications: of each receiver, and of each alert. */
export function notificationFeatures(version: string): string[] {
  const since = { 'receiver-name-in-metrics': '0.27', 'event-recorder': '0.33' }
  if (version === unknownVersion) return []
  return Object.entries(since).flatMap(([feature, from]) => (isOlder(version, from) ? [] : [feature]))
}
