import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { freePort, type RunningServer, startAlertmanager, startPrometheus } from '@mnemoscope/servers'
import { stringify } from 'yaml'

/** The programs of an estate. */
export interface Programs {
  readonly version: string
  readonly prometheus: string
  readonly alertmanager: string
}

/** A Prometheus and an Alertmanager of somebody, with rules, routes, alerts and receivers of his. */
export interface Stranger {
  readonly folder: string
  readonly prometheus: RunningServer
  readonly alertmanager: RunningServer
  /** What his receivers got: the path of each and the text. */
  readonly received: readonly { readonly path: string; readonly text: string }[]
  /** Address of a service of his that he scrapes. */
  readonly node: string
  /** Starts and ends his alert that comes from a rule. */
  setLoad(isHigh: boolean): void
  /** Writes his configuration of a server and reloads it. */
  use(server: 'prometheus' | 'alertmanager', config: object): Promise<void>
  /** His own configurations. */
  readonly own: { readonly prometheus: PrometheusConfig; readonly alertmanager: AlertmanagerConfig }
  stop(): Promise<void>
}

export interface PrometheusConfig {
  readonly global: Readonly<Record<string, unknown>>
  readonly rule_files: readonly string[]
  readonly scrape_configs: readonly { readonly job_name: string; readonly [setting: string]: unknown }[]
  readonly alerting?: object
}

export interface AlertmanagerConfig {
  readonly route: { readonly routes: readonly object[]; readonly [setting: string]: unknown }
  readonly inhibit_rules: readonly object[]
  readonly receivers: readonly { readonly name: string; readonly [setting: string]: unknown }[]
}

/** @param folder an empty one, for all his files */
export async function startStranger(folder: string, programs: Programs): Promise<Stranger> {
  const received: { path: string; text: string }[] = []
  let isHigh = false
  const node = createServer((request, response) => {
    if (request.method === 'GET') {
      response.setHeader('content-type', 'text/plain; version=0.0.4')
      response.end(`his_load ${isHigh ? 9 : 1}\nprocess_start_time_seconds 1700000000\n`)
      return
    }
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.push({ path: request.url ?? '', text: Buffer.concat(chunks).toString() })
      response.end()
    })
  })
  await new Promise<void>((resolve) => node.listen(0, '127.0.0.1', resolve))
  const address = `127.0.0.1:${(node.address() as AddressInfo).port}`
  const [prometheusPort, alertmanagerPort, closed] = [await freePort(), await freePort(), await freePort()]
  const files = {
    prometheus: join(folder, 'prometheus.yml'),
    alertmanager: join(folder, 'alertmanager.yml'),
  }
  const target = (port: number) => [{ targets: [`127.0.0.1:${port}`] }]
  const own = {
    prometheus: {
      global: { scrape_interval: '1s', evaluation_interval: '1s', external_labels: { region: 'eu' } },
      rule_files: ['his-rules.yml'],
      alerting: { alertmanagers: [{ static_configs: target(alertmanagerPort) }] },
      scrape_configs: [
        { job_name: 'prometheus', static_configs: target(prometheusPort) },
        { job_name: 'alertmanager', static_configs: target(alertmanagerPort) },
        { job_name: 'node', static_configs: [{ targets: [address] }] },
        // Has been down for long, and he knows.
        { job_name: 'old', static_configs: target(closed) },
      ],
    },
    // Groups by the job alone: alerts of the same job, whosever they are, would be one message.
    alertmanager: {
      route: {
        receiver: 'default',
        group_by: ['job'],
        group_wait: '3s',
        group_interval: '2s',
        repeat_interval: '1h',
        routes: [
          { matchers: ['severity="critical"'], receiver: 'pager', continue: true },
          { matchers: ['job=~"memory.*"'], receiver: 'memory-team' },
          { matchers: ['job="broken"'], receiver: 'broken' },
        ],
      },
      inhibit_rules: [
        {
          source_matchers: ['severity="critical"'],
          target_matchers: ['severity="warning"'],
          equal: ['alertname', 'job'],
        },
      ],
      receivers: [
        ...['default', 'pager', 'memory-team'].map((name) => ({
          name,
          webhook_configs: [{ url: `http://${address}/${name}` }],
        })),
        { name: 'broken', webhook_configs: [{ url: `http://127.0.0.1:${closed}/broken` }] },
      ],
    },
  } satisfies Stranger['own']
  writeFileSync(join(folder, 'his-rules.yml'), stringify(hisRules))
  writeFileSync(files.prometheus, stringify(own.prometheus))
  writeFileSync(files.alertmanager, stringify(own.alertmanager))
  const alertmanager = await startAlertmanager({
    command: programs.alertmanager,
    configFile: files.alertmanager,
    stateDir: folder,
    port: alertmanagerPort,
  })
  const prometheus = await startPrometheus({
    command: programs.prometheus,
    configFile: files.prometheus,
    stateDir: folder,
    port: prometheusPort,
    alertResendDelay: '1s',
    extraArgs: ['--web.enable-lifecycle'],
  })
  const servers = { prometheus, alertmanager }
  return {
    folder,
    ...servers,
    received,
    node: address,
    own,
    setLoad(high) {
      isHigh = high
    },
    async use(server, config) {
      writeFileSync(files[server], stringify(config))
      const response = await fetch(`${servers[server].url}/-/reload`, { method: 'POST' })
      if (!response.ok) throw new Error(`${server}: ${await response.text()}`)
    },
    async stop() {
      await prometheus.stop()
      await alertmanager.stop()
      node.closeAllConnections()
      await new Promise((resolve) => node.close(resolve))
    },
  }
}

/** One rule of his fires and ends, and one fails at each evaluation. */
const hisRules = {
  groups: [
    {
      name: 'his',
      interval: '1s',
      rules: [
        {
          alert: 'HighLoad',
          expr: 'his_load > 5',
          labels: { severity: 'warning' },
          annotations: { summary: 'Load of {{ $labels.instance }} is high' },
        },
        {
          record: 'his:broken',
          expr: 'up * on (region) group_left () up',
        },
      ],
    },
  ],
}
