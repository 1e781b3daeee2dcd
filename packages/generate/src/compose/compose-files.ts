import { type Config, configHash } from '@mnemoscope/kpi'
import { alertmanagerConfig } from '../alertmanager/alertmanager-config.js'
import { dataSourceProvisioning } from '../grafana/provisioning.js'
import { prometheusConfig } from '../prometheus-config.js'
import { ruleFiles } from '../rules/rule-files.js'
import { yamlFile } from '../yaml-file.js'

/** Where the parts reach one another in `docker-compose.yml`: its services' names are their hosts. */
export const composeEndpoints = {
  prometheus: 'http://prometheus:9090',
  alertmanager: 'http://alertmanager:9093',
  recorder: 'http://recorder:9470',
} as const

/** Where browsers reach the containers' Grafana: the port that `docker-compose.yml` opens by default. */
const publishedGrafana = 'http://127.0.0.1:3000'

/** Where browsers reach the containers' recorder, likewise. */
const publishedRecorder = 'http://127.0.0.1:9470'

/** Where the containers' Alertmanager finds the recorder's token: deploy/compose/make-secrets.sh puts it there. */
const recorderTokenFile = '/run/secrets/alertmanager/recorder-token'

/** Folder of the rules whose alerts lead to the containers' Grafana. */
export const composeRulesFolder = 'deploy/compose/rules'

/** The machine that runs the containers, as they see it; Docker Desktop knows the name, elsewhere Compose maps it. */
const machine = 'host.docker.internal'

/** Name of the service that `docker-compose.yml` brings along. */
const demo = 'demo'

/** Configuration files that name addresses, with those of the containers: path and text. All others serve everywhere. */
export function composeFiles(config: Config): [string, string][] {
  const inContainers: Config = {
    ...config,
    alerting: {
      ...config.alerting,
      runbookBaseUrl: config.alerting.runbookBaseUrl ?? `${publishedRecorder}/runbooks/`,
      recorderTokenFile: config.alerting.recorderTokenFile ?? recorderTokenFile,
    },
    endpoints: { ...composeEndpoints, grafana: config.endpoints.grafana ?? publishedGrafana },
    services: config.services.map(({ name, targets }) => ({
      name,
      targets: targets.map((target) => fromContainer(name, target)),
    })),
  }
  const files: [string, object][] = [
    ['deploy/compose/prometheus.yml', prometheusConfig(inContainers)],
    ['deploy/compose/alertmanager.yml', alertmanagerConfig(inContainers)],
    ['deploy/compose/grafana-data-sources.yml', dataSourceProvisioning(inContainers)],
    ...ruleFiles(inContainers, configHash(config)).map(([name, file]): [string, object] => [
      `${composeRulesFolder}/${name}.yml`,
      file,
    ]),
  ]
  return files.map(([path, value]) => [path, yamlFile(config, value)])
}

/** A container's own loopback is not the machine's. */
function fromContainer(service: string, target: string): string {
  const [, port] = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]):(\d+)$/.exec(target) ?? []
  if (port === undefined) return target
  return `${service === demo ? demo : machine}:${port}`
}
