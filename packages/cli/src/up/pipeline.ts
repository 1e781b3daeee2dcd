import { generate } from '@mnemoscope/generate'
import { durationSeconds } from '@mnemoscope/kpi'
import { prepareDatabase } from '@mnemoscope/recorder'
import {
  endLeftovers,
  findGrafana,
  findTools,
  type ServerProcess,
  startAlertmanager,
  startPostgres,
  startPrometheus,
} from '@mnemoscope/servers'
import { generationsIn } from '../changes/applied-folder.js'
import { appliedFolder } from '../changes/applier.js'
import type { Project } from '../config-file.js'
import { tokenNote } from '../environment.js'
import { scraped } from '../options.js'
import { grafanaService } from './grafana.js'
import { type KeptPart, keepRunning } from './keep-running.js'
import { partEvents } from './part-events.js'
import { takePorts } from './ports.js'
import type { Progress } from './progress.js'
import { type RunFile, removeRunFile, stateFolder, writeRunFile } from './run-file.js'
import { demoService, recorderService } from './services.js'

export interface PipelineOptions {
  readonly project: Project
  /** Whether the demo's memory system runs too, and what is broken in it from the start. */
  readonly demo: false | { readonly fault: string | undefined }
  /** `auto` takes only free ports; `preferred` the well-known ones, falling forward where they are taken. */
  readonly ports: 'preferred' | 'auto'
  /** A database of one's own instead of the embedded one. */
  readonly databaseUrl: string | undefined
  readonly progress: Progress
  /** Once aborted, no further part is started. */
  readonly stopping: AbortSignal
}

type RunEndpoints = Pick<RunFile, 'prometheus' | 'alertmanager' | 'recorder' | 'grafana'>

export interface Pipeline {
  readonly run: RunFile
  /** Ends every part, the last one started first. */
  stop(): Promise<void>
}

/**
 * Starts every part on this machine, at once those that need no other, and keeps them running.
 * What was started is ended again where a later part fails.
 */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { project, progress } = options
  const stateDir = stateFolder(project.folder)
  for (const { name, pid } of await endLeftovers(stateDir)) {
    progress.note(`  ended ${name} (process ${pid}), left over from an earlier run that was killed`)
  }

  const parts: KeptPart[] = []
  const stop = async () => {
    for (const part of parts.toReversed()) await part.stop()
    removeRunFile(project.folder)
  }
  try {
    return { run: await startParts(options, stateDir, parts), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startParts(options: PipelineOptions, stateDir: string, parts: KeptPart[]): Promise<RunFile> {
  const { project, demo, progress } = options
  const { config, folder } = project
  const ports = await takePorts(options.ports)
  let endpoints: RunEndpoints = {
    prometheus: `http://127.0.0.1:${ports.prometheus}`,
    alertmanager: `http://127.0.0.1:${ports.alertmanager}`,
    recorder: `http://127.0.0.1:${ports.recorder}`,
  }
  const metrics = demo === false ? null : `http://127.0.0.1:${ports.demo}/metrics`

  const events = partEvents(progress, () => {
    writeRunFile(folder, runFile())
  })
  const keep = async (name: string, start: () => Promise<ServerProcess>) => {
    options.stopping.throwIfAborted()
    parts.push(await keepRunning(name, start, events))
  }

  const demoAddress = demo === false ? undefined : `127.0.0.1:${ports.demo}`
  let database = options.databaseUrl ?? ''
  const postgres = () =>
    part(progress, 'Postgres', async (step) => {
      if (options.databaseUrl === undefined) {
        step('starting the embedded server')
        await keep('postgres', async () => {
          const server = await startPostgres({ stateDir, port: ports.postgres })
          database = server.url
          return server
        })
      }
      step('preparing the schema')
      await prepareDatabase(database)
      return options.databaseUrl === undefined
        ? `127.0.0.1:${ports.postgres}`
        : 'your database (DATABASE_URL)'
    })
  const tools = () =>
    part(progress, 'tools', async (step) => {
      const value = await findTools(['prometheus', 'alertmanager'], {
        toolsDir: `${stateDir}/tools`,
        onProgress: ({ message }) => step(message),
      })
      const { prometheus, alertmanager } = value
      return { value, text: `Prometheus ${prometheus.version}, Alertmanager ${alertmanager.version}` }
    })
  const demoSystem = async () => {
    if (demo === false) return
    await part(progress, 'demo', async () => {
      await keep('demo', () => demoService({ project, stateDir, port: ports.demo, fault: demo.fault }))
      return `${metrics}${demo.fault === undefined ? '' : `, with the fault "${demo.fault}"`}`
    })
  }
  const [, programs] = await together([postgres(), tools(), demoSystem()])

  const services = scraped(config.services, demoAddress === undefined ? {} : { demo: demoAddress })
  const generations = generationsIn(appliedFolder(folder))
  const put = () => {
    const files = generate(config, { endpoints, services })
    generations.activate(generations.add(files))
    generations.prune()
    return files
  }
  // Alerts lead to its dashboards, so it is there before the first can fire.
  const program =
    options.databaseUrl === undefined ? findGrafana() : { missing: 'it reads as a role of ours' }
  if ('missing' in program) put()
  else {
    const without = endpoints
    endpoints = { ...endpoints, grafana: `http://127.0.0.1:${ports.grafana}` }
    const files = put()
    try {
      await part(progress, 'Grafana', async () => {
        const { current } = generations
        const where = { stateDir, port: ports.grafana, database, files, current }
        await keep('grafana', () => grafanaService({ program, ...where }))
        return endpoints.grafana ?? ''
      })
    } catch (error) {
      if (options.stopping.aborted) throw error
      progress.note(`  Going on without Grafana: ${error instanceof Error ? error.message : String(error)}`)
      endpoints = without
      put()
    }
  }

  const alertmanager = part(progress, 'Alertmanager', async () => {
    await keep('alertmanager', () =>
      startAlertmanager({
        command: programs.alertmanager.command,
        configFile: `${generations.current}/alertmanager/alertmanager.yml`,
        stateDir,
        port: ports.alertmanager,
      }),
    )
    return endpoints.alertmanager
  })
  const prometheus = part(progress, 'Prometheus', async () => {
    await keep('prometheus', () =>
      startPrometheus({
        command: programs.prometheus.command,
        configFile: `${generations.current}/prometheus/prometheus.yml`,
        stateDir,
        port: ports.prometheus,
        retention: `${config.dataRetentionDays}d`,
        // A resolve that comes later than the next evaluation would look like a breach that goes on.
        alertResendDelay: `${Math.min(60, durationSeconds(config.alertCheckInterval))}s`,
      }),
    )
    return endpoints.prometheus
  })
  await together([alertmanager, prometheus])

  await part(progress, 'recorder', async () => {
    await keep('recorder', () =>
      recorderService({
        project,
        stateDir,
        port: ports.recorder,
        prometheusUrl: endpoints.prometheus,
        alertmanagerUrl: endpoints.alertmanager,
        grafanaUrl: endpoints.grafana,
        database,
        applyTo: appliedFolder(folder),
        demo: demoAddress,
      }),
    )
    return endpoints.recorder
  })
  const note = tokenNote(config)
  if (note !== undefined) progress.note(`  ! ${note}`)

  function runFile(): RunFile {
    const pids = Object.fromEntries([
      ['mnemoscope', process.pid],
      ...parts.map((each) => [each.name, each.pid()]),
    ])
    return { ...endpoints, metrics, database, pids }
  }
  options.stopping.throwIfAborted()
  const run = runFile()
  writeRunFile(folder, run)
  return run
}

/** Waits for all of them, so that none is still starting when the caller stops what runs; then throws the first failure. */
async function together<T extends readonly unknown[]>(
  starting: readonly [...{ [K in keyof T]: Promise<T[K]> }],
) {
  const results = await Promise.allSettled(starting)
  const failed = results.find(({ status }) => status === 'rejected')
  if (failed !== undefined) throw (failed as PromiseRejectedResult).reason
  return (await Promise.all(starting)) as T
}

type Step = (text: string) => void

/** Does one part's work under its progress line. */
async function part(progress: Progress, name: string, work: (step: Step) => Promise<string>): Promise<void>
async function part<T>(
  progress: Progress,
  name: string,
  work: (step: Step) => Promise<{ value: T; text: string }>,
): Promise<T>
async function part(
  progress: Progress,
  name: string,
  work: (step: Step) => Promise<string | { value: unknown; text: string }>,
): Promise<unknown> {
  const line = progress.begin(name)
  try {
    const result = await work(line.step)
    line.done(typeof result === 'string' ? result : result.text)
    return typeof result === 'string' ? undefined : result.value
  } catch (error) {
    line.failed()
    throw error
  }
}
