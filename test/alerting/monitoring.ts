import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { generate } from '@mnemoscope/generate'
import { type Config, type ConfigInput, defineConfig } from '@mnemoscope/kpi'
import { findTools, freePort, startAlertmanager, startPrometheus } from '@mnemoscope/servers'
import { type Generations, generationsIn } from '../../packages/cli/src/changes/applied-folder.js'
import { toolsDir } from '../harness/repository.js'
import { temporaryFolder } from '../harness/temporary-folder.js'

/** One alert of a notification, with the time at which it was received, Unix ms. */
export interface Notified {
  readonly receivedAt: number
  readonly status: 'firing' | 'resolved'
  readonly startsAt: string
  readonly fingerprint: string
  readonly labels: Readonly<Record<string, string>>
}

/** Real Prometheus and Alertmanager with generated files, and a receiver in the recorder's place. */
export interface Monitoring {
  readonly config: Config
  readonly folder: string
  readonly generations: Generations
  readonly prometheusUrl: string
  readonly alertmanagerUrl: string
  readonly endpoints: Config['endpoints']
  /** Everything that was notified so far. */
  readonly notified: readonly Notified[]
  stop(): Promise<void>
}

/**
 * @param input a configuration, without the addresses of the parts
 * @param prometheusArgs flags for Prometheus beside its usual ones
 */
export async function startMonitoringServers(
  input: ConfigInput,
  prometheusArgs: readonly string[] = [],
): Promise<Monitoring> {
  const config = defineConfig(input)
  const temporary = temporaryFolder('alerting')
  const stops: (() => Promise<unknown>)[] = [async () => temporary.remove()]
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each()
  }
  try {
    const receiver = await startReceiver()
    stops.push(receiver.stop)
    const tools = await findTools(['prometheus', 'alertmanager'], { toolsDir })
    const [prometheusPort, alertmanagerPort] = [await freePort(), await freePort()]
    const endpoints = {
      prometheus: `http://127.0.0.1:${prometheusPort}`,
      alertmanager: `http://127.0.0.1:${alertmanagerPort}`,
      recorder: receiver.url,
    }
    const folder = join(temporary.path, 'generated')
    const generations = generationsIn(folder)
    generations.activate(generations.add(generate(config, { endpoints, parts: [], ruleTests: false })))
    const alertmanager = await startAlertmanager({
      command: tools.alertmanager.command,
      configFile: join(generations.current, 'alertmanager/alertmanager.yml'),
      stateDir: temporary.path,
      port: alertmanagerPort,
    })
    stops.push(alertmanager.stop)
    const prometheus = await startPrometheus({
      command: tools.prometheus.command,
      configFile: join(generations.current, 'prometheus/prometheus.yml'),
      stateDir: temporary.path,
      port: prometheusPort,
      // Alertmanager takes an alert for resolved after four times as long without it.
      alertResendDelay: '3s',
      // As people start their own servers, which are reloaded over HTTP.
      extraArgs: ['--web.enable-lifecycle', ...prometheusArgs],
    })
    stops.push(prometheus.stop)
    return {
      config,
      folder,
      generations,
      endpoints,
      prometheusUrl: prometheus.url,
      alertmanagerUrl: alertmanager.url,
      notified: receiver.notified,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startReceiver() {
  const notified: Notified[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const receivedAt = Date.now()
      if (request.method === 'POST') {
        const { alerts } = JSON.parse(Buffer.concat(chunks).toString()) as {
          alerts: Omit<Notified, 'receivedAt'>[]
        }
        notified.push(...alerts.map((alert) => ({ ...alert, receivedAt })))
      }
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url: `http://127.0.0.1:${port}`, notified, stop }
}

/** Samples of a range query, each series with its times in Unix seconds and values. */
export async function queryRange(
  url: string,
  query: string,
  range: { readonly start: number; readonly end: number; readonly step: number },
): Promise<{ metric: Record<string, string>; values: [number, string][] }[]> {
  const parameters = new URLSearchParams({
    query,
    ...Object.fromEntries(Object.entries(range).map(([key, value]) => [key, String(value)])),
  })
  const response = await fetch(`${url}/api/v1/query_range`, { method: 'POST', body: parameters })
  if (!response.ok) throw new Error(`${query}: ${await response.text()}`)
  return ((await response.json()) as { data: { result: [] } }).data.result
}

/** Samples of an instant query. */
export async function query(
  url: string,
  text: string,
): Promise<{ metric: Record<string, string>; value: [number, string] }[]> {
  const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: text })}`)
  if (!response.ok) throw new Error(`${text}: ${await response.text()}`)
  return ((await response.json()) as { data: { result: [] } }).data.result
}
