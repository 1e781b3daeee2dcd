import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../harness/repository.js'
import type { Go } from './go.js'

export const engineNames = ['prometheus', 'alertmanager', 'victoriametrics', 'collector'] as const
export type EngineName = (typeof engineNames)[number]

/** A server of today, built from its Go module. Product code never builds one: users have the official releases. */
export interface Engine {
  readonly title: string
  readonly version: string
  /** What is built, each a file of this name in the engine's folder. */
  readonly programs: readonly string[]
  /** The first build on two cores, in minutes, so that people know what they wait for. */
  readonly minutes: number
  /** Builds one program into a folder, under the program's own name. */
  readonly build: (go: Go, program: string, folder: string) => Promise<void>
}

const prometheusVersion = '3.16.0'
const alertmanagerVersion = '0.35.0'
const victoriaMetricsVersion = '1.151.0'
const collectorVersion = '0.165.0'

/** Without it a program of Prometheus' project names no version. */
const prometheusProjectVersion = (version: string) =>
  `-ldflags=-X github.com/prometheus/common/version.Version=${version}`

export const engines: Readonly<Record<EngineName, Engine>> = {
  prometheus: {
    title: 'Prometheus',
    version: prometheusVersion,
    programs: ['prometheus', 'promtool'],
    minutes: 7,
    build: (go, program, folder) =>
      go.install(`github.com/prometheus/prometheus/cmd/${program}@v0.316.0`, folder, [
        // Service discovery of clouds takes a third of the build. What the generated configurations name stays:
        // promtool refuses a kind of discovery that it does not have.
        '-tags=remove_all_sd,enable_dns_sd,enable_kubernetes_sd,enable_consul_sd',
        prometheusProjectVersion(prometheusVersion),
      ]),
  },
  alertmanager: {
    title: 'Alertmanager',
    version: alertmanagerVersion,
    programs: ['amtool', 'alertmanager'],
    minutes: 1,
    build: buildAlertmanager,
  },
  victoriametrics: {
    title: 'VictoriaMetrics',
    version: victoriaMetricsVersion,
    programs: ['victoria-metrics', 'vmalert'],
    minutes: 1,
    build: (go, program, folder) =>
      go.install(
        `github.com/VictoriaMetrics/VictoriaMetrics/app/${program}@v${victoriaMetricsVersion}`,
        folder,
        [
          `-ldflags=-X github.com/VictoriaMetrics/VictoriaMetrics/lib/buildinfo.Version=${program}-v${victoriaMetricsVersion}`,
        ],
      ),
  },
  collector: {
    title: 'OpenTelemetry Collector',
    version: collectorVersion,
    programs: ['otelcol'],
    minutes: 3,
    build: (go, program, folder) =>
      go.build('.', join(folder, program), {
        cwd: join(repository, 'test/engines/collector'),
        flags: [`-ldflags=-X main.version=${collectorVersion}`],
      }),
  },
}

/**
 * Alertmanager's module lacks the files of its web page that the program embeds, so `go install` fails. A copy of the
 * module with an empty page builds; tests use its API.
 */
async function buildAlertmanager(go: Go, program: string, folder: string): Promise<void> {
  const flags = [prometheusProjectVersion(alertmanagerVersion)]
  if (program === 'amtool') {
    await go.install(`github.com/prometheus/alertmanager/cmd/amtool@v${alertmanagerVersion}`, folder, flags)
    return
  }
  const source = join(folder, 'source')
  copyWritable(await go.download(`github.com/prometheus/alertmanager@v${alertmanagerVersion}`), source)
  for (const page of ['elm', 'mantine']) {
    const dist = join(source, 'ui/app/dist', page)
    mkdirSync(dist, { recursive: true })
    writeFileSync(join(dist, 'index.html'), '<title>Alertmanager</title>')
  }
  await go.build(`./cmd/${program}`, join(folder, program), { cwd: source, flags })
}

/** Copies a folder. Folders of Go's module cache are read-only; those of the copy are not. */
function copyWritable(from: string, to: string): void {
  mkdirSync(to)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) copyWritable(join(from, entry.name), join(to, entry.name))
    else if (entry.isFile()) copyFileSync(join(from, entry.name), join(to, entry.name))
  }
}
