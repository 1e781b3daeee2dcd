import { join } from 'node:path'
import { generate, readerRole, secretFiles } from '@mnemoscope/generate'
import { durationSeconds } from '@mnemoscope/kpi'
import { prepareDatabase } from '@mnemoscope/recorder'
import {
  endLeftovers,
  findGrafana,
  findPostgres,
  findTools,
  makeReader,
  makeRecorder,
  notificationFeatures,
  type ServerProcess,
  secretIn,
  secretsFolder,
  serverLogin,
  startAlertmanager,
  startPostgres,
  startPrometheus,
} from '@mnemoscope/servers'
import { generationsIn } from '../changes/applied-folder.js'
import { appliedFolder } from '../changes/applier.js'
import type { Project } from '../config-file.js'
import { ownFiles } from '../keys.js'
import { scraped } from '../options.js'
import { type KeptPart, keepRunning, partEvents, together, unlessAborted } from './keep-running.js'
import { demoService, grafanaService, recorderRole, recorderService, takePorts } from './parts.js'
import { type Progress, Stopped } from './progress.js'
import { type RunFile, removeRunFile, stateFolder, writeRunFile } from './run-file.js'

export interface PipelineOptions {
  readonly project: Project
  /** Whether the demo's memory system runs too, and its fault from the start. */
  readonly demo: false | { readonly fault: string | undefined }
  /** `preferred`: the well-known port of each part, or the next free one. `auto`: any free ports. */
  readonly ports: 'preferred' | 'auto'
  /** An existing database, used instead of the embedded one. */
  readonly databaseUrl: string | undefined
  readonly progress: Progress
  /** Once aborted, no other part starts. */
  readonly stopping: AbortSignal
}

type RunEndpoints = Pick<RunFile, 'prometheus' | 'alertmanager' | 'recorder' | 'grafana'>

export interface Pipeline {
  readonly run: RunFile
  /** Stops every part: the demo, which sends to others until its end, then the last one started first. */
  stop(): Promise<void>
}

/**
 * Starts every part on this machine and keeps them running. Parts that need no other part start at the same time.
 * If a part fails, the progress line shows why at once, no other part starts, and those that run are stopped.
 */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { project, progress } = options
  const stateDir = stateFolder(project.folder)
  for (const { name, pid } of await endLeftovers(stateDir)) {
    progress.note(`  ended ${name} (process ${pid}), left from an earlier run that was killed`)
  }

  const parts: KeptPart[] = []
  const stop = async () => {
    const isDemo = ({ name }: KeptPart) => Number(name === 'demo')
    for (const part of parts.toReversed().sort((a, b) => isDemo(b) - isDemo(a))) await part.stop()
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
  const failure = new AbortController()
  const stopping = AbortSignal.any([options.stopping, failure.signal])
  const keep = async (name: string, start: () => Promise<ServerProcess>) => {
    if (stopping.aborted) throw new Stopped()
    parts.push(await keepRunning(name, start, events))
  }

  const demoAddress = demo === false ? undefined : `127.0.0.1:${ports.demo}`
  const login = serverLogin(stateDir)
  const secrets = secretsFolder(stateDir)
  for (const file of [ownFiles.owner, ownFiles.alertmanager]) secretIn(join(secrets, file))
  const demoKey = secretIn(join(secrets, ownFiles.demo))
  const readerPasswordFile = join(secrets, 'reader-database-password')
  const access = { login, recorderTokenFile: join(secrets, ownFiles.alertmanager) }
  let database = options.databaseUrl ?? ''
  let reader: Pick<RunFile, 'reader' | 'readerPasswordFile'> = {}
  const postgres = () =>
    progress.part('Postgres', async (step) => {
      if (options.databaseUrl === undefined) {
        const finding = findPostgres({
          toolsDir: `${stateDir}/tools`,
          onProgress: (message) => {
            if (!stopping.aborted) step(message)
          },
        })
        const binaries = await unlessAborted(finding, stopping)
        step('starting the embedded server')
        await keep('postgres', async () => {
          const server = await startPostgres({ stateDir, binaries, port: ports.postgres })
          const password = secretIn(join(secrets, 'recorder-database-password'))
          database = await makeRecorder(server.url, { role: recorderRole, password })
          await makeReader(server.url, { role: readerRole, password: secretIn(readerPasswordFile) }, [
            recorderRole,
          ])
          reader = { reader: addressOf(server.url, readerRole), readerPasswordFile }
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
    progress.part('tools', async (step) => {
      const finding = findTools(['prometheus', 'alertmanager'], {
        toolsDir: `${stateDir}/tools`,
        onProgress: ({ message }) => {
          if (!stopping.aborted) step(message)
        },
      })
      const value = await unlessAborted(finding, stopping)
      const { prometheus, alertmanager } = value
      return { value, text: `Prometheus ${prometheus.version}, Alertmanager ${alertmanager.version}` }
    })
  const demoSystem = async () => {
    if (demo === false) return
    await progress.part('demo', async () => {
      await keep('demo', () =>
        demoService({
          ...{ project, stateDir, port: ports.demo, fault: demo.fault },
          ...{ recorder: endpoints.recorder, key: demoKey },
        }),
      )
      return `${metrics}${demo.fault === undefined ? '' : `, with the fault "${demo.fault}"`}`
    })
  }
  const services = scraped(config.services, demoAddress === undefined ? {} : { demo: demoAddress })
  const generations = generationsIn(appliedFolder(folder))
  const put = () => {
    const files = generate(config, { endpoints, services, access, ruleTests: false })
    generations.activate(generations.add(files, secretFiles(config)))
    generations.prune()
    return files
  }
  /** The files of this run. Alerts link to Grafana's dashboards, so Grafana starts before the first alert can fire. */
  const generated = async () => {
    const program =
      options.databaseUrl === undefined
        ? findGrafana()
        : { missing: 'it needs a role in the embedded database' }
    if ('missing' in program) return put()
    const without = endpoints
    endpoints = { ...endpoints, grafana: `http://127.0.0.1:${ports.grafana}` }
    const files = put()
    try {
      await progress.part('Grafana', async () => {
        const { current } = generations
        const where = { stateDir, port: ports.grafana, files, current, serversPassword: login.password }
        const readerPassword = secretIn(readerPasswordFile)
        await keep('grafana', () => grafanaService({ program, database, readerPassword, ...where }))
        return endpoints.grafana ?? ''
      })
      return files
    } catch (error) {
      if (stopping.aborted) throw error
      progress.note(`  Continuing without Grafana: ${error instanceof Error ? error.message : String(error)}`)
      endpoints = without
      return put()
    }
  }
  const alertmanager = ({ command, version }: { command: string; version: string }) =>
    progress.part('Alertmanager', async () => {
      await keep('alertmanager', () =>
        startAlertmanager({
          command,
          configFile: `${generations.current}/alertmanager/alertmanager.yml`,
          stateDir,
          port: ports.alertmanager,
          ...(config.endpoints.alertmanagerPage === undefined
            ? {}
            : { externalUrl: config.endpoints.alertmanagerPage }),
          login,
          features: notificationFeatures(version),
        }),
      )
      return endpoints.alertmanager
    })
  const prometheus = ({ command }: { command: string }) =>
    progress.part('Prometheus', async () => {
      await keep('prometheus', () =>
        startPrometheus({
          command,
          configFile: `${generations.current}/prometheus/prometheus.yml`,
          stateDir,
          port: ports.prometheus,
          login,
          retention: `${config.dataRetentionDays}d`,
          // If the end of an alert came after the next evaluation, the breach would seem to continue.
          alertResendDelay: `${Math.min(60, durationSeconds(config.alertCheckInterval))}s`,
        }),
      )
      return endpoints.prometheus
    })
  const recorder = (servers: Promise<unknown>) =>
    progress.part('recorder', async () => {
      await keep('recorder', () =>
        recorderService({
          project,
          stateDir,
          port: ports.recorder,
          servers,
          prometheusUrl: endpoints.prometheus,
          alertmanagerUrl: endpoints.alertmanager,
          secrets,
          grafanaUrl: endpoints.grafana,
          database,
          applyTo: appliedFolder(folder),
          demo: demoAddress,
        }),
      )
      return endpoints.recorder
    })

  // Each part starts as soon as what it needs is there.
  const stored = postgres()
  const found = tools()
  const files = stored.then(generated)
  const both = Promise.all([found, files])
  const notified = both.then(([programs]) => alertmanager(programs.alertmanager))
  const judged = both.then(([programs]) => prometheus(programs.prometheus))
  const servers = Promise.all([notified, judged])
  const recorded = files.then(() => recorder(servers))
  await together([demoSystem(), stored, found, files, notified, judged, servers, recorded], failure)

  function runFile(): RunFile {
    const pids = Object.fromEntries([
      ['mnemoscope', process.pid],
      ...parts.map((each) => [each.name, each.pid()]),
    ])
    return { ...endpoints, serversPasswordFile: login.passwordFile, metrics, database, ...reader, pids }
  }
  options.stopping.throwIfAborted()
  const run = runFile()
  writeRunFile(folder, run)
  return run
}

/** A connection string with another user, and without a password. */
function addressOf(database: string, user: string): string {
  return Object.assign(new URL(database), { username: user, password: '' }).href
}
