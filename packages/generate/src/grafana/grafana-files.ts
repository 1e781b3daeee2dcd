import type { Config } from '@mnemoscope/kpi'
import type { PartAccess } from '../access.js'
import { yamlFile } from '../generated-file.js'
import { alertHistory } from './dashboards/alert-history.js'
import { kpiDrillDown } from './dashboards/kpi-drill-down.js'
import { modelComparison } from './dashboards/model-comparison.js'
import { overview } from './dashboards/overview.js'
import { pipelineHealth } from './dashboards/pipeline-health.js'
import { dashboardFolder } from './folders.js'
import { dashboardProvisioning, dataSourceProvisioning } from './provisioning.js'
import type { Dashboard } from './schema.js'

/** Path of the data sources' provisioning file. */
export const dataSourceFile = 'grafana/provisioning/datasources/mnemoscope.yml'

/**
 * Everything that Grafana is provisioned with: path and text of each file. One dashboard is one file.
 * @param running the configuration with the endpoints and services of this run
 */
export function grafanaFiles(
  config: Config,
  running: Config = config,
  { login }: Pick<PartAccess, 'login'> = {},
): [string, string][] {
  return [
    [dataSourceFile, yamlFile(dataSourceProvisioning(running, login?.username))],
    ['grafana/provisioning/dashboards/mnemoscope.yml', yamlFile(dashboardProvisioning())],
    ...dashboards(config).map(([name, dashboard]): [string, string] => [
      `${dashboardFolder}/${name}.json`,
      `${JSON.stringify(dashboard, null, 2)}\n`,
    ]),
  ]
}

/** Every dashboard by the name of its file. */
export function dashboards(config: Config): [string, Dashboard][] {
  return [
    ['overview', overview(config)],
    ['model-comparison', modelComparison(config)],
    ['alert-history', alertHistory(config)],
    ['pipeline-health', pipelineHealth(config)],
    ...Object.values(config.kpis).map((kpi): [string, Dashboard] => [
      `kpi-${kpi.id.replaceAll('_', '-')}`,
      kpiDrillDown(config, kpi),
    ]),
  ]
}
