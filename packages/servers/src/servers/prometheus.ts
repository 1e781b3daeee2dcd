import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { childEnvironment } from '../process/environment.js'
import { startProcess } from '../process/start-process.js'
import { loginHeaders, type ServerLogin, webConfigArgs } from './login.js'
import { answersOk, onPort, type RunningServer, type ServerOptions } from './server.js'

export interface PrometheusOptions extends ServerOptions {
  /** Path of the program, as `findTool('prometheus')` gives it. */
  readonly command: string
  readonly configFile: string
  /** How long samples are kept, in Prometheus' notation (`30d`). Default 15d, Prometheus' own. */
  readonly retention?: string
  /**
   * Samples one query may hold in memory, about 170 bytes each. Default 10 million; Prometheus' own 50 million
   * can take more memory than a small machine has.
   */
  readonly queryMaxSamples?: number
  /** At most the rule evaluation interval, or the notification of a resolved alert can be late. Default 1m, Prometheus' own. */
  readonly alertResendDelay?: string
  /** What every request to it needs. Default: nothing, so that every program on this machine and some web pages may use it. */
  readonly login?: ServerLogin | undefined
  readonly extraArgs?: readonly string[]
}

/**
 * Starts Prometheus on 127.0.0.1, its data directory locked. SIGHUP reloads it; its HTTP API can neither reload nor
 * end it. Default data directory: `STATE_DIR/prometheus`. Throws PORT_IN_USE, ALREADY_RUNNING, PROCESS_ENDED, PROCESS_NOT_READY.
 */
export async function startPrometheus(options: PrometheusOptions): Promise<RunningServer> {
  const stateDir = resolve(options.stateDir)
  const dataDir = resolve(options.dataDir ?? join(stateDir, 'prometheus'))
  mkdirSync(stateDir, { recursive: true })
  mkdirSync(dataDir, { recursive: true })
  const lockArgs = await lockArgsOf(options.command)
  return onPort({ name: 'prometheus', stateDir, port: options.port }, async (port) => {
    const url = `http://127.0.0.1:${port}`
    const server = await startProcess({
      name: 'prometheus',
      command: options.command,
      args: [...prometheusArgs(options, dataDir, port), ...lockArgs, ...(options.extraArgs ?? [])],
      // It scrapes, and may write to remote storage.
      env: childEnvironment(['network']),
      stateDir,
      ready: () => answersOk(`${url}/-/ready`, loginHeaders(options.login)),
      readyTimeoutMs: options.readyTimeoutMs ?? 60_000,
      stopGraceMs: options.stopGraceMs ?? 20_000,
    })
    return { ...server, url, port }
  })
}

/** Flags that Prometheus 2.42 and 3.x have alike. */
export function prometheusArgs(options: PrometheusOptions, dataDir: string, port: number): string[] {
  const { configFile, retention, queryMaxSamples = 10_000_000, alertResendDelay } = options
  return [
    `--config.file=${resolve(configFile)}`,
    `--storage.tsdb.path=${dataDir}`,
    `--web.listen-address=127.0.0.1:${port}`,
    // By default it is the machine's name, which usually nobody can open.
    `--web.external-url=http://127.0.0.1:${port}`,
    // A regular expression that no origin matches: pages of other sites read nothing. The default matches all.
    '--web.cors.origin=^$',
    ...webConfigArgs(options.login),
    `--query.max-samples=${queryMaxSamples}`,
    ...(retention === undefined ? [] : [`--storage.tsdb.retention.time=${retention}`]),
    ...(alertResendDelay === undefined ? [] : [`--rules.alert.resend-delay=${alertResendDelay}`]),
  ]
}

/** Upstream locks its data directory by default; Debian's build only with a flag that no other build has. */
async function lockArgsOf(command: string): Promise<string[]> {
  const help = await promisify(execFile)(command, ['--help'], { env: childEnvironment() }).catch(() => ({
    stdout: '',
    stderr: '',
  }))
  const lock = '--storage.tsdb.use-lockfile'
  return `${help.stdout}${help.stderr}`.includes(lock) ? [lock] : []
}
