import { fileURLToPath } from 'node:url'
import { type ServerProcess, startProcess } from '@mnemoscope/servers'
import type { Project } from '../config-file.js'

/** Our own two services run as processes of their own, by the same command that runs them elsewhere. */
const command = fileURLToPath(new URL('../../bin/mnemoscope.js', import.meta.url))

interface ServiceOptions {
  readonly project: Project
  readonly stateDir: string
  readonly port: number
}

/** The demo's memory system, ready once it answers a scrape. */
export function demoService(options: ServiceOptions & { fault: string | undefined }): Promise<ServerProcess> {
  const { project, stateDir, port, fault } = options
  return startProcess({
    name: 'demo',
    command: process.execPath,
    args: [
      command,
      ...['demo', '--serve', '--config', project.configPath, '--port', String(port)],
      ...(fault === undefined ? [] : ['--fault', fault]),
    ],
    stateDir,
    cwd: project.folder,
    ready: () => answers(`http://127.0.0.1:${port}/metrics`),
    readyTimeoutMs: 30_000,
  })
}

/** The recorder, ready once it reaches Postgres and Prometheus. */
export function recorderService(
  options: ServiceOptions & {
    prometheusUrl: string
    alertmanagerUrl: string
    /** Undefined where none runs. */
    grafanaUrl: string | undefined
    database: string
    /** Folder of what the servers read: an edited configuration is applied there. */
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
      ...['--prometheus-url', prometheusUrl, '--alertmanager-url', alertmanagerUrl, '--apply-to', applyTo],
      ...(grafanaUrl === undefined ? [] : ['--grafana-url', grafanaUrl]),
      ...(demo === undefined ? [] : ['--demo-clock', '--scrape', `demo=${demo}`]),
    ],
    // The password stays out of the argument list, which every user of the machine can read.
    env: { ...process.env, DATABASE_URL: database },
    stateDir,
    cwd: project.folder,
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
