import { type Config, names } from '@mnemoscope/kpi'
import { alertmanagerConfig } from './alertmanager/config.js'
import { templateFile, templatePath } from './alertmanager/messages/template-file.js'
import { yamlFile } from './generated-file.js'
import { dataSourceProvisioning } from './grafana/provisioning.js'
import { prometheusConfig } from './prometheus-config.js'

/** Where the parts reach one another in `docker-compose.yml`: its services' names are their hosts. */
export const composeEndpoints = {
  prometheus: 'http://prometheus:9090',
  alertmanager: 'http://alertmanager:9093',
  recorder: 'http://recorder:9470',
} as const

/** Folder of what the containers read. */
export const composeFolder = 'deploy/compose'

/** Where the containers' Alertmanager finds the recorder's token: deploy/compose/make-secrets.sh puts it there. */
const recorderTokenFile = '/run/secrets/alertmanager/recorder-token'

/** What the containers' Prometheus and Alertmanager ask for, as Prometheus finds it: the same script makes it. */
const login = {
  username: names.serversUser,
  passwordFile: '/run/secrets/prometheus/servers-password',
} as const

/** `docker-compose.yml` mounts `prometheus/rules` beside the folder of the configuration file. */
const rules = '../rules/*.yml'

/** The machine that runs the containers, as they see it; Docker Desktop knows the name, elsewhere Compose maps it. */
const machine = 'host.docker.internal'

/** Name of the service that `docker-compose.yml` brings along. */
const demo = 'demo'

/** Configuration files with the addresses of the containers: path and text. All others, rules too, are the same everywhere. */
export function composeFiles(config: Config): [string, string][] {
  const inContainers: Config = {
    ...config,
    alerting: {
      ...config.alerting,
      recorderTokenFile: config.alerting.recorderTokenFile ?? recorderTokenFile,
    },
    endpoints: composeEndpoints,
    services: config.services.map(({ name, targets, ...others }) => ({
      ...others,
      name,
      targets: targets.map((target) => fromContainer(name, target)),
    })),
  }
  const files: [string, object][] = [
    [`${composeFolder}/prometheus.yml`, prometheusConfig(inContainers, { rules, login })],
    [`${composeFolder}/alertmanager.yml`, alertmanagerConfig(inContainers)],
    [`${composeFolder}/grafana-data-sources.yml`, dataSourceProvisioning(inContainers, login.username)],
  ]
  return [
    ...files.map(([path, value]): [string, string] => [path, yamlFile(value)]),
    // People are outside of the containers: messages lead where the project's own do.
    [`${composeFolder}/${templatePath}`, templateFile(config)],
  ]
}

/** A container's own loopback is not the machine's. */
function fromContainer(service: string, target: string): string {
  const [, port] = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]):(\d+)$/.exec(target) ?? []
  if (port === undefined) return target
  return `${service === demo ? demo : machine}:${port}`
}
