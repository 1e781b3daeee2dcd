import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type GrafanaProgram, startGrafana } from '@mnemoscope/servers'
import { readerVariables } from '../../packages/cli/src/up/parts.js'
import { grafanaFiles } from '../../packages/generate/src/grafana/grafana-files.js'
import type { SeededPostgres } from './seed/postgres.js'
import type { SeededPrometheus } from './seed/prometheus.js'
import { config } from './seed/story.js'

/** A running Grafana, provisioned with the generated files. */
export interface RunningGrafana {
  readonly url: string
  /** Answer of its API to the administrator. */
  get(path: string): Promise<unknown>
  stop(): Promise<void>
}

const password = 'administrator'

/** Starts Grafana on loopback, with the generated provisioning and dashboards, on the seeded servers. */
export async function startSeededGrafana(
  program: GrafanaProgram,
  folder: string,
  { prometheus, postgres }: { prometheus: SeededPrometheus; postgres: SeededPostgres },
): Promise<RunningGrafana> {
  const running = { ...config, endpoints: { ...config.endpoints, prometheus: prometheus.url } }
  for (const [path, text] of grafanaFiles(config, running)) {
    const target = join(folder, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text.replaceAll('/etc/grafana/dashboards', join(folder, 'grafana/dashboards')))
  }
  const reader = new URL(postgres.reader)
  const server = await startGrafana({
    program,
    stateDir: folder,
    port: 0,
    provisioningDir: join(folder, 'grafana/provisioning'),
    password,
    variables: readerVariables(postgres.reader, reader.password),
  })
  const { url } = server
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
