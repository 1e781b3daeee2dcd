import { existsSync, mkdirSync, realpathSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { childEnvironment } from '../process/environment.js'
import { startProcess } from '../process/start-process.js'
import { findOnPath } from '../tools/program.js'
import { answersOk, onPort, type RunningServer, type ServerOptions } from './server.js'

/** A Grafana that is installed here. */
export interface GrafanaProgram {
  readonly command: string
  /** Folder with its pages and its default settings. */
  readonly home: string
}

/**
 * Finds `grafana` on PATH, and its home: GRAFANA_HOME, the folder around an unpacked release, or that of the packages.
 * Never fetched: who wants it installs it.
 * @returns the reason if there is none
 */
export function findGrafana(
  env: NodeJS.ProcessEnv = process.env,
): GrafanaProgram | { readonly missing: string } {
  const command = findOnPath(['grafana'], env.PATH ?? '')
  if (command === undefined) return { missing: 'there is no program called grafana on PATH' }
  const candidates = [env.GRAFANA_HOME, dirname(dirname(realpathSync(command))), '/usr/share/grafana']
  const home = candidates.find(
    (folder) => folder !== undefined && existsSync(join(folder, 'conf/defaults.ini')),
  )
  if (home === undefined) return { missing: `${command} has no home here; name it with GRAFANA_HOME` }
  return { command, home }
}

export interface GrafanaOptions extends ServerOptions {
  readonly program: GrafanaProgram
  /** Folder with `datasources` and `dashboards`. */
  readonly provisioningDir: string
  /** Of the administrator, set when the data directory is made. */
  readonly password: string
  /** What the provisioned files read from the environment. */
  readonly variables: Readonly<Record<string, string>>
}

/**
 * Starts Grafana on 127.0.0.1, where everybody may read and the administrator may change. Default data directory:
 * `STATE_DIR/grafana`. Throws PORT_IN_USE, ALREADY_RUNNING, PROCESS_ENDED, PROCESS_NOT_READY.
 */
export async function startGrafana(options: GrafanaOptions): Promise<RunningServer> {
  const stateDir = resolve(options.stateDir)
  const dataDir = resolve(options.dataDir ?? join(stateDir, 'grafana'))
  mkdirSync(dataDir, { recursive: true })
  return onPort({ name: 'grafana', stateDir, port: options.port }, async (port) => {
    const url = `http://127.0.0.1:${port}`
    const server = await startProcess({
      name: 'grafana',
      command: options.program.command,
      args: grafanaArgs(options.program),
      env: { ...childEnvironment(['grafana']), ...grafanaVariables(options, dataDir, port) },
      stateDir,
      ready: () => answersOk(`${url}/api/health`),
      // It makes its own database at the first start.
      readyTimeoutMs: options.readyTimeoutMs ?? 120_000,
      stopGraceMs: options.stopGraceMs ?? 20_000,
    })
    return { ...server, url, port }
  })
}

export function grafanaArgs({ home }: GrafanaProgram): string[] {
  return ['server', '--homepath', home]
}

/** https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/#override-configuration-with-environment-variables */
export function grafanaVariables(
  { provisioningDir, password, variables }: GrafanaOptions,
  dataDir: string,
  port: number,
): Record<string, string> {
  return {
    GF_SERVER_HTTP_ADDR: '127.0.0.1',
    GF_SERVER_HTTP_PORT: String(port),
    GF_PATHS_DATA: dataDir,
    GF_PATHS_LOGS: join(dataDir, 'log'),
    GF_PATHS_PLUGINS: join(dataDir, 'plugins'),
    GF_PATHS_PROVISIONING: resolve(provisioningDir),
    GF_SECURITY_ADMIN_PASSWORD: password,
    GF_AUTH_ANONYMOUS_ENABLED: 'true',
    GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
    GF_ANALYTICS_REPORTING_ENABLED: 'false',
    GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
    GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
    GF_PLUGINS_PREINSTALL_DISABLED: 'true',
    ...variables,
  }
}
