import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { freePort } from '@mnemoscope/servers'
import { grafanaFiles } from '../../packages/generate/src/grafana/grafana-files.js'
import { grafanaEnvironment } from '../../packages/generate/src/grafana/provisioning.js'
import { startProcess } from '../../packages/servers/src/process/start-process.js'
import { findOnPath } from '../../packages/servers/src/tools/on-path.js'
import type { SeededPostgres } from './seed/postgres.js'
import type { SeededPrometheus } from './seed/prometheus.js'
import { config } from './seed/story.js'

/** A Grafana that is installed here. */
export interface GrafanaProgram {
  readonly command: string
  /** Folder with its pages and its default settings. */
  readonly home: string
}

/**
 * Finds `grafana` on PATH, and its home: GRAFANA_HOME, the folder around an unpacked release, or that of the packages.
 * @returns why there is none
 */
export function findGrafana(
  searchPath = process.env.PATH ?? '',
): GrafanaProgram | { readonly missing: string } {
  const command = findOnPath(['grafana'], searchPath)
  if (command === undefined) return { missing: 'there is no program called grafana on PATH' }
  const candidates = [process.env.GRAFANA_HOME, dirname(dirname(realpathSync(command))), '/usr/share/grafana']
  const home = candidates.find(
    (folder) => folder !== undefined && existsSync(join(folder, 'conf/defaults.ini')),
  )
  if (home === undefined) return { missing: `${command} has no home here; name it with GRAFANA_HOME` }
  return { command, home }
}

/** A running Grafana, provisioned with the generated files. */
export interface RunningGrafana {
  readonly url: string
  /** Answer of its API to the administrator. */
  get(path: string): Promise<unknown>
  stop(): Promise<void>
}

const password = 'administrator'

/** Starts Grafana on loopback, with the generated provisioning and dashboards, on the seeded servers. */
export async function startGrafana(
  { command, home }: GrafanaProgram,
  folder: string,
  { prometheus, postgres }: { prometheus: SeededPrometheus; postgres: SeededPostgres },
): Promise<RunningGrafana> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const running = { ...config, endpoints: { ...config.endpoints, prometheus: prometheus.url } }
  for (const [path, text] of grafanaFiles(config, running)) {
    const target = join(folder, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text.replaceAll('/etc/grafana/dashboards', join(folder, 'grafana/dashboards')))
  }
  const reader = new URL(postgres.reader)
  const server = await startProcess({
    name: 'grafana',
    command,
    args: ['server', '--homepath', home],
    env: {
      ...process.env,
      GF_SERVER_HTTP_ADDR: '127.0.0.1',
      GF_SERVER_HTTP_PORT: String(port),
      GF_PATHS_DATA: join(folder, 'grafana-data'),
      GF_PATHS_LOGS: join(folder, 'grafana-data/log'),
      GF_PATHS_PLUGINS: join(folder, 'grafana-data/plugins'),
      GF_PATHS_PROVISIONING: join(folder, 'grafana/provisioning'),
      GF_SECURITY_ADMIN_PASSWORD: password,
      GF_AUTH_ANONYMOUS_ENABLED: 'true',
      GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
      GF_ANALYTICS_REPORTING_ENABLED: 'false',
      GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
      [grafanaEnvironment.address]: reader.host,
      [grafanaEnvironment.database]: reader.pathname.slice(1),
      [grafanaEnvironment.sslMode]: 'disable',
      [grafanaEnvironment.password]: reader.password,
    },
    stateDir: folder,
    ready: async () => (await fetch(`${url}/api/health`)).ok,
    readyTimeoutMs: 120_000,
  })
  const authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`
  return {
    url,
    get: async (path) => {
      const response = await fetch(`${url}${path}`, { headers: { authorization } })
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
      return response.json()
    },
    stop: server.stop,
  }
}
