import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findTool, type RunningServer, startPrometheus } from '@mnemoscope/servers'
import { orEnd } from '../../../../test/harness/started.js'

const toolsDir = fileURLToPath(new URL('../../../../.mnemoscope/tools', import.meta.url))

/** A Prometheus that scrapes, each second, what the test says. */
export interface TestPrometheus {
  readonly url: string
  readonly server: RunningServer
  /** What the next scrapes get, in the text format. */
  expose(text: string): void
  /** Starts the server again on the same data, after its end. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export interface TestPrometheusOptions {
  /** Rules as YAML; evaluated each second. */
  readonly rules?: string
  readonly externalLabels?: string
  /** Addresses of Alertmanagers. */
  readonly alertmanagers?: readonly string[]
  /** `alert_relabel_configs` as YAML. Default none. */
  readonly alertRelabeling?: string
  /** Default 10s: Alertmanager ends an alert that it has not heard of for four times this, longer than a slow restart. */
  readonly alertResendDelay?: string
}

export async function startTestPrometheus(options: TestPrometheusOptions = {}): Promise<TestPrometheus> {
  let exposed = ''
  const target = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    response.end(exposed)
  })
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve))
  const { port } = target.address() as AddressInfo
  const stateDir = await mkdtemp(join(tmpdir(), 'mnemoscope-prometheus-'))
  await writeFile(join(stateDir, 'rules.yml'), options.rules ?? 'groups: []\n')
  const configFile = join(stateDir, 'prometheus.yml')
  await writeFile(configFile, configText(port, options))
  const { command } = await findTool('prometheus', { toolsDir })
  const start = (fixedPort: number) =>
    startPrometheus({
      stateDir,
      port: fixedPort,
      command,
      configFile,
      alertResendDelay: options.alertResendDelay ?? '10s',
      stopGraceMs: 5_000,
    })
  let server = await orEnd(
    () => target.close(),
    () => start(0),
  )
  return {
    get url() {
      return server.url
    },
    get server() {
      return server
    },
    expose(text) {
      exposed = text
    },
    async restart() {
      server = await start(server.port)
    },
    async stop() {
      await server.stop()
      await new Promise((resolve) => target.close(resolve))
      await rm(stateDir, { recursive: true, force: true })
    },
  }
}

function configText(
  port: number,
  { externalLabels, alertmanagers = [], alertRelabeling = '[]' }: TestPrometheusOptions,
): string {
  return `
global:
  scrape_interval: 1s
  scrape_timeout: 1s
  evaluation_interval: 1s
  external_labels: ${externalLabels ?? '{}'}
rule_files: [rules.yml]
${
  alertmanagers.length === 0
    ? ''
    : `alerting:
  alert_relabel_configs: ${alertRelabeling}
  alertmanagers:
    - static_configs: [{targets: ${JSON.stringify(alertmanagers.map((url) => new URL(url).host))}}]
`
}
scrape_configs:
  - job_name: memory
    static_configs: [{targets: ['127.0.0.1:${port}']}]
    metric_relabel_configs: [{action: labeldrop, regex: instance}]
`
}
