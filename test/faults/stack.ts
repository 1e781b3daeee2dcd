import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generate } from '@mnemoscope/generate'
import { prepareDatabase } from '@mnemoscope/recorder'
import {
  findTools,
  freePort,
  startAlertmanager,
  startPostgres,
  startProcess,
  startPrometheus,
} from '@mnemoscope/servers'
import { toolsDir } from '../harness/repository.js'
import { type BreakableLink, startLink } from './breakable-link.js'
import { faultsConfig } from './config.js'
import { type DatabaseWay, prepareWay } from './database-way.js'
import { type KeptServer, keep } from './kept-server.js'
import { mountSmallDisk, type SmallDisk } from './small-disk.js'

const here = (file: string) => new URL(file, import.meta.url).href
const tsx = import.meta.resolve('tsx')
const diskMegabytes = 600

/** Every server of the pipeline, each a process, on free ports, joined by connections that can be broken. */
export interface FaultStack {
  /** Holds the generated files, the servers' data and `logs`. */
  readonly folder: string
  readonly servers: Readonly<Record<'postgres' | 'alertmanager' | 'prometheus' | 'recorder', KeptServer>>
  readonly links: Readonly<
    Record<
      | 'recorder to Postgres'
      | 'recorder to Prometheus'
      | 'Prometheus to Alertmanager'
      | 'Alertmanager to recorder',
      BreakableLink
    >
  >
  /** Postgres' data lie on it. */
  readonly disk: SmallDisk
  readonly databaseUrl: string
  readonly prometheusUrl: string
  /** What the recorder's handler wrote: a line of JSON for each event. */
  readonly handlerFile: string
  /** Sets the recorder's clock wrong by so many milliseconds. */
  shiftClock(ms: number): void
  stop(): Promise<void>
}

/**
 * @param metrics address of the service under load
 * @param way how the recorder comes to Postgres
 */
export async function startFaultStack(metrics: string, way: DatabaseWay): Promise<FaultStack> {
  const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-faults-'))
  chmodSync(folder, 0o755)
  const stops: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })]
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each()
  }
  try {
    return await start(folder, { metrics, way }, stops, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function start(
  folder: string,
  { metrics, way }: { metrics: string; way: DatabaseWay },
  stops: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<FaultStack> {
  const add = <T extends { stop(): Promise<void> }>(part: T): T => {
    stops.push(part.stop)
    return part
  }
  const clockFile = join(folder, 'clock')
  const handlerFile = join(folder, 'handler.jsonl')
  writeFileSync(clockFile, '0')
  writeFileSync(handlerFile, '')
  const disk = mountSmallDisk(join(folder, 'disk'), diskMegabytes)
  if (!('impossible' in disk)) stops.push(async () => disk.stop())

  const tools = await findTools(['prometheus', 'alertmanager'], { toolsDir })
  const postgresPort = await freePort()
  const prometheusPort = await freePort()
  const alertmanagerPort = await freePort()
  const recorderPort = await freePort()
  const place = 'impossible' in disk ? {} : { dataDir: join(folder, 'disk', 'postgres') }
  const prepared = await prepareWay(way, folder)
  let databaseUrl = ''
  const postgres = add(
    await keep('Postgres', async () => {
      // Durable: where something is lost when it is killed, the recorder has lost it.
      const server = await startPostgres({
        stateDir: folder,
        port: postgresPort,
        ...place,
        settings: { max_wal_size: '256MB', restart_after_crash: 'on', ...prepared.settings },
      })
      databaseUrl = server.url
      return server
    }),
  )
  const open = add(await prepared.open(databaseUrl))
  await prepareDatabase(open.url)
  const links = {
    'recorder to Postgres': add(await startLink(open.port)),
    'recorder to Prometheus': add(await startLink(prometheusPort)),
    'Prometheus to Alertmanager': add(await startLink(alertmanagerPort)),
    'Alertmanager to recorder': add(await startLink(recorderPort)),
  }
  const endpoints = {
    prometheus: `http://127.0.0.1:${prometheusPort}`,
    alertmanager: links['Prometheus to Alertmanager'].url,
    recorder: links['Alertmanager to recorder'].url,
  }
  for (const [path, text] of generate(faultsConfig(metrics), { endpoints, ruleTests: false })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }

  const alertmanager = add(
    await keep('Alertmanager', () =>
      startAlertmanager({
        command: tools.alertmanager.command,
        configFile: join(folder, 'alertmanager/alertmanager.yml'),
        stateDir: folder,
        port: alertmanagerPort,
      }),
    ),
  )
  const prometheus = add(
    await keep('Prometheus', () =>
      startPrometheus({
        command: tools.prometheus.command,
        configFile: join(folder, 'prometheus/prometheus.yml'),
        stateDir: folder,
        port: prometheusPort,
        alertResendDelay: '1s',
      }),
    ),
  )
  const throughLink = new URL(open.url)
  throughLink.port = String(links['recorder to Postgres'].port)
  const recorderUrl = `http://127.0.0.1:${recorderPort}`
  const recorder = add(
    await keep('recorder', () =>
      startProcess({
        name: 'recorder',
        command: process.execPath,
        // The last `--import` is loaded by the first.
        args: [
          '--import',
          tsx,
          '--import',
          here('shifted-clock.ts'),
          fileURLToPath(here('recorder-process.ts')),
        ],
        env: {
          ...process.env,
          FAULTS_CLOCK_FILE: clockFile,
          FAULTS_HANDLER_FILE: handlerFile,
          FAULTS_METRICS: metrics,
          DATABASE_URL: throughLink.href,
          PROMETHEUS_URL: links['recorder to Prometheus'].url,
          PORT: String(recorderPort),
        },
        stateDir: folder,
        ready: async () => (await fetch(`${recorderUrl}/healthz`)).ok,
        readyTimeoutMs: 60_000,
      }),
    ),
  )
  return {
    folder,
    servers: { postgres, alertmanager, prometheus, recorder },
    links,
    disk,
    databaseUrl,
    prometheusUrl: endpoints.prometheus,
    handlerFile,
    shiftClock: (ms) => writeFileSync(clockFile, String(Math.round(ms))),
    stop,
  }
}
