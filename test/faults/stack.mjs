import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generate } from '@mnemoscope/generate'
import { migrate } from '@mnemoscope/recorder'
import {
  findTools,
  freePort,
  startAlertmanager,
  startPostgres,
  startProcess,
  startPrometheus,
} from '@mnemoscope/servers'
import { faultsConfig } from './config.mjs'
import { keep } from './kept-server.mjs'
import { mountSmallDisk } from './small-disk.mjs'
import { startProxy } from './tcp-proxy.mjs'

const here = (file) => fileURLToPath(new URL(file, import.meta.url))
const toolsDir = here('../../.mnemoscope/tools')
const diskMegabytes = 600

/**
 * Every server of the pipeline, as a process of its own, on free ports, joined by connections that can be broken.
 * @param {string} metrics address of the service under load
 */
export async function startFaultStack(metrics) {
  const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-faults-'))
  chmodSync(folder, 0o755)
  const stops = [async () => rmSync(folder, { recursive: true, force: true })]
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each()
  }
  try {
    return await start(folder, metrics, stops, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function start(folder, metrics, stops, stop) {
  const add = (part) => {
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
  const links = {
    'recorder to Postgres': add(await startProxy(postgresPort)),
    'recorder to Prometheus': add(await startProxy(prometheusPort)),
    'Prometheus to Alertmanager': add(await startProxy(alertmanagerPort)),
    'Alertmanager to recorder': add(await startProxy(recorderPort)),
  }
  const endpoints = {
    prometheus: `http://127.0.0.1:${prometheusPort}`,
    alertmanager: links['Prometheus to Alertmanager'].url,
    recorder: links['Alertmanager to recorder'].url,
  }
  for (const [path, text] of generate(faultsConfig(metrics), { endpoints })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }

  const place = 'impossible' in disk ? {} : { dataDir: join(folder, 'disk', 'postgres') }
  let databaseUrl = ''
  const postgres = add(
    await keep('Postgres', async () => {
      // Durable: what is lost when it is killed must be nobody's fault but the recorder's.
      const server = await startPostgres({
        stateDir: folder,
        port: postgresPort,
        ...place,
        settings: { max_wal_size: '256MB', restart_after_crash: 'on' },
      })
      databaseUrl = server.url
      return server
    }),
  )
  await migrate(databaseUrl)
  const alertmanager = add(
    await keep('Alertmanager', () =>
      startAlertmanager({
        command: tools.alertmanager.command,
        configFile: join(folder, 'deploy/alertmanager/alertmanager.yml'),
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
  const throughProxy = new URL(databaseUrl)
  throughProxy.port = String(links['recorder to Postgres'].port)
  const recorderUrl = `http://127.0.0.1:${recorderPort}`
  const recorder = add(
    await keep('recorder', () =>
      startProcess({
        name: 'recorder',
        command: process.execPath,
        args: ['--import', here('shifted-clock.mjs'), here('recorder-process.mjs')],
        env: {
          ...process.env,
          FAULTS_CLOCK_FILE: clockFile,
          FAULTS_HANDLER_FILE: handlerFile,
          FAULTS_METRICS: metrics,
          DATABASE_URL: throughProxy.href,
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
    recorderUrl,
    handlerFile,
    /** Sets the recorder's clock wrong. */
    shiftClock: (ms) => writeFileSync(clockFile, String(Math.round(ms))),
    stop,
  }
}
