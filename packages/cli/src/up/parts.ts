import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { grafanaEnvironment, grafanaFolders } from '@mnemoscope/generate'
import {
  childEnvironment,
  choosePort,
  freePort,
  type GrafanaProgram,
  type RunningServer,
  type ServerProcess,
  startGrafana,
  startProcess,
} from '@mnemoscope/servers'
import type { Project } from '../config-file.js'
import { writeFiles } from '../project-files.js'
import { Stopped } from './progress.js'

/** The database role of the recorder: it owns the tables, and is no superuser. */
export const recorderRole = 'mnemoscope_recorder'

/** Ports of 127.0.0.1 by part. */
export interface Ports {
  readonly postgres: number
  readonly prometheus: number
  readonly alertmanager: number
  readonly recorder: number
  readonly demo: number
  readonly grafana: number
}

const preferred: Ports = {
  postgres: 5_432,
  prometheus: 9_090,
  alertmanager: 9_093,
  recorder: 9_470,
  demo: 9_464,
  grafana: 3_000,
}

/** A port for each part: the well-known port or the next free one; with `auto`, any free port. */
export async function takePorts(which: 'preferred' | 'auto'): Promise<Ports> {
  const taken: Record<string, number> = {}
  for (const [part, port] of Object.entries(preferred)) {
    taken[part] = which === 'auto' ? await freePort() : await choosePort(port)
  }
  return taken as unknown as Ports
}

/** The demo and the recorder run as separate processes, by the same command as anywhere else. */
const command = fileURLToPath(new URL('../../bin/mnemoscope.js', import.meta.url))

interface ServiceOptions {
  readonly project: Project
  readonly stateDir: string
  readonly port: number
}

/** The demo's memory system, ready once it answers a scrape. */
export function demoService(
  options: ServiceOptions & { fault: string | undefined; recorder: string; key: string },
): Promise<ServerProcess> {
  const { project, stateDir, port, fault, recorder, key } = options
  return startProcess({
    name: 'demo',
    command: process.execPath,
    args: [
      command,
      ...['demo', '--serve', '--config', project.configPath, '--port', String(port)],
      ...['--recorder', recorder],
      ...(fault === undefined ? [] : ['--fault', fault]),
    ],
    // The SDK reads it there, and sends it with single measurements.
    env: { ...childEnvironment(), MNEMOSCOPE_TOKEN: key },
    stateDir,
    cwd: project.folder,
    ready: () => answers(`http://127.0.0.1:${port}/metrics`),
    readyTimeoutMs: 30_000,
  })
}

/** The recorder, ready once it reaches Postgres and Prometheus. It loads while the servers start. */
export function recorderService(
  options: ServiceOptions & {
    /** Resolves when Prometheus and Alertmanager run. */
    servers: Promise<unknown>
    prometheusUrl: string
    alertmanagerUrl: string
    /** Folder of the keys and passwords of this run's parts. */
    secrets: string
    /** Undefined without Grafana. */
    grafanaUrl: string | undefined
    database: string
    /** Folder that the servers read; the recorder applies an edited configuration there. */
    applyTo: string
    /** Address of the demo's metrics; undefined without a demo. */
    demo: string | undefined
  },
): Promise<ServerProcess> {
  const { project, stateDir, port, prometheusUrl, alertmanagerUrl, grafanaUrl, database, applyTo, demo } =
    options
  return startProcess({
    name: 'recorder',
    command: process.execPath,
    args: [
      command,
      ...['record', '--config', project.configPath, '--port', String(port)],
      ...['--own-keys', options.secrets],
      ...['--prometheus-url', prometheusUrl, '--wait-for-prometheus'],
      ...['--alertmanager-url', alertmanagerUrl, '--apply-to', applyTo],
      ...(grafanaUrl === undefined ? [] : ['--grafana-url', grafanaUrl]),
      ...(demo === undefined ? [] : ['--demo-clock', '--scrape', `demo=${demo}`]),
    ],
    // All of ours: it has the token, and runs the handlers of the configuration, which read their secrets there. The
    // database is not an argument: every user of the machine can read those, and this has the password.
    env: { ...process.env, DATABASE_URL: database },
    stateDir,
    cwd: project.folder,
    readyAfter: options.servers.catch(() => {
      throw new Stopped()
    }),
    ready: () => answers(`http://127.0.0.1:${port}/readyz`),
    readyTimeoutMs: 60_000,
    stopGraceMs: 20_000,
  })
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) })
  await response.body?.cancel()
  return response.ok
}

export interface GrafanaServiceOptions {
  readonly program: GrafanaProgram
  readonly stateDir: string
  readonly port: number
  /** Address of the embedded Postgres. */
  readonly database: string
  /** The password of the role that reads it. */
  readonly readerPassword: string
  /** The password of Prometheus and Alertmanager. */
  readonly serversPassword: string
  /** The generated files of this run. */
  readonly files: ReadonlyMap<string, string>
  /** Folder of the active generation, through its link. */
  readonly current: string
}

/** Grafana with the generated data sources and dashboards. It loads the dashboards again after a change. */
export async function grafanaService(options: GrafanaServiceOptions): Promise<RunningServer> {
  const { program, stateDir, port, database, readerPassword, files, current, serversPassword } = options
  const folder = join(stateDir, 'grafana')
  writeFiles(folder, provisioningOf(files, current))
  return startGrafana({
    program,
    stateDir,
    port,
    provisioningDir: join(folder, 'provisioning'),
    password: randomBytes(24).toString('hex'),
    variables: {
      ...readerVariables(database, readerPassword),
      [grafanaEnvironment.serversPassword]: serversPassword,
    },
  })
}

/** The provisioning files with this run's folder of dashboards, in place of the folder in the containers. */
export function provisioningOf(
  files: ReadonlyMap<string, string>,
  current: string,
): ReadonlyMap<string, string> {
  const { provisioning, dashboards, mounted } = grafanaFolders
  return new Map(
    [...files]
      .filter(([path]) => path.startsWith(`${provisioning}/`))
      .map(([path, text]) => [
        `provisioning/${path.slice(provisioning.length + 1)}`,
        text.replaceAll(mounted, join(current, dashboards)),
      ]),
  )
}

/** Environment variables by which the provisioned data source finds Postgres, as its reader. */
export function readerVariables(database: string, password: string): Record<string, string> {
  const { host, pathname } = new URL(database)
  return {
    [grafanaEnvironment.address]: host,
    [grafanaEnvironment.database]: decodeURIComponent(pathname.slice(1)),
    [grafanaEnvironment.sslMode]: 'disable',
    [grafanaEnvironment.password]: password,
  }
}
